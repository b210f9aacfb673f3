import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import { deliver } from '../report/deliver.ts';
import type { Destination } from '../report/formats/formats.ts';
import { inert } from '../report/inert.ts';
import { renderReleases } from '../report/releases.ts';
import type { Report } from '../report/report.ts';
import { verifyImage } from '../run/images.ts';
import type { Run } from '../run/run.ts';
import type { Settings } from '../settings/settings.ts';
import { listenForEndings } from './endings.ts';
import { showProgress } from './progress.ts';
import { type Call, complain, deliveryOf } from './shared.ts';

/**
 * Judges one image after the other, and prints which changed what.
 *
 * @returns the exit code of the worst: broken before undecided before accepted
 * @throws Misconfigured
 */
export async function judgeImages(settings: Settings, call: Call): Promise<number> {
  const { environment, output } = call;
  const { images, detail } = settings;
  if (new Set(images).size < images.length)
    throw new Misconfigured('--image names the same image twice.');
  if (images.length > 1 && settings.reports.some(({ path }) => path === '-'))
    throw new Misconfigured('Several images have a report each: give a file, not standard output.');
  const end = new AbortController();
  let current: Run | undefined;
  listenForEndings({
    onSignal: (signal) => {
      end.abort(signal);
      complain(output, `${signal}: removing the container, please wait.`);
    },
    onBug: (error) => (current ? current.fail(error) : end.abort('SIGTERM')),
  });
  const reports: Report[] = [];
  const codes: number[] = [];
  for (const image of images) {
    let done = () => {};
    const onRun = (run: Run) => {
      current = run;
      if (detail !== 'quiet') done = showProgress(run, output, settings.progress);
    };
    const verdict = verifyImage(image, settings, requirements, end.signal, onRun);
    const { report, log } = await verdict.finally(() => done());
    for (const line of log) output.err(`  ${inert(line)}\n`);
    const destinations = settings.reports.map((one) => named(one, image, images));
    const delivery = deliveryOf({ reports: destinations, detail }, environment);
    codes.push(await deliver(report, delivery, output));
    reports.push(report);
    if (end.signal.aborted) break;
  }
  if (images.length > 1) output.out(`\n${renderReleases(reports)}`);
  return worst(codes);
}

/** Several images have a file each: `report.html` of `oem/portal:0.7.0` is `report-oem-portal-0.7.0.html`. */
function named(one: Destination, image: string, images: readonly string[]): Destination {
  if (images.length === 1 || one.path === '-') return one;
  const slug = image.replace(/[^\w.-]+/g, '-');
  const [, stem = one.path, extension = ''] = /^(.*?)(\.[^./]+)?$/s.exec(one.path) ?? [];
  return { ...one, path: `${stem}-${slug}${extension}` };
}

/** From the best to the worst. */
const order = [0, 3, 4, 2, 1, 70, 129, 130, 131, 143];

function worst(codes: readonly number[]): number {
  const last = Math.max(0, ...codes.map((code) => order.indexOf(code)));
  return order[last] ?? 70;
}
