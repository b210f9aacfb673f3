import { randomBytes } from 'node:crypto';
import { NoImage, NotStarted, startImage } from '../container/image.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { Requirement } from '../contract/requirement.ts';
import type { Context } from '../portal/context.ts';
import { type EndingSignal, signals } from '../report/outcome.ts';
import type { Report } from '../report/report.ts';
import type { Settings } from '../settings/settings.ts';
import type { Run } from './run.ts';
import { stoppedReport, verify } from './verify.ts';

/** What became of one image: its report, and the last log lines of one that did not come up. */
export interface ImageVerdict {
  readonly report: Report;
  readonly log: readonly string[];
}

/**
 * Starts an image with an administrator of its own, judges it with the full
 * profile, and removes it, whatever happens.
 *
 * @param onRun is given the run before anything is sent
 * @throws Misconfigured when there is no engine
 */
export async function verifyImage(
  image: string,
  settings: Settings,
  register: readonly Requirement<Context>[],
  signal: AbortSignal,
  onRun: (run: Run) => void = () => {},
): Promise<ImageVerdict> {
  const { imageEnvironment, imagePort, startupTimeoutMs, notices } = settings;
  const admin = administratorOf(settings);
  const environment = {
    INITIAL_ADMIN_USERNAME: admin.username,
    INITIAL_ADMIN_PASSWORD: admin.password,
    ...imageEnvironment,
  };
  try {
    const started = await startImage(
      { image, environment, port: imagePort, startupTimeoutMs },
      signal,
    );
    try {
      const own = {
        image,
        ...(started.digest ? { imageDigest: started.digest } : {}),
        target: started.url,
        profile: 'full',
        credentials: new Map(),
        callerLogin: undefined,
        // What creates accounts otherwise needs no administrator of the image.
        admin: settings.sandboxFile === undefined ? admin : undefined,
      } as const;
      // There is no name for which a certificate of the container could be valid.
      const report = await verify({ ...settings, ...own, insecure: true }, register, (run) => {
        onRun(run);
        const end = () => run.interrupt(endingOf(signal));
        // It may have come after the start, and before there was a run to end.
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      });
      return { report, log: [] };
    } finally {
      await started.remove();
    }
  } catch (error) {
    if (error instanceof NoImage) {
      const stop = { outcome: 'misconfigured', message: error.message } as const;
      return { report: stoppedReport({ stop }, register, { image, notices }), log: [] };
    }
    if (!(error instanceof NotStarted)) throw error;
    const reason = signal.aborted ? { signal: endingOf(signal) } : {};
    const stop = { outcome: 'undecided', message: error.message } as const;
    return {
      report: stoppedReport({ stop, ...reason }, register, { image, notices }),
      log: error.log,
    };
  }
}

function endingOf({ reason }: AbortSignal): EndingSignal {
  return Object.hasOwn(signals, reason) ? reason : 'SIGTERM';
}

/** The login that the container is started with: the one that is given, or a random one. */
function administratorOf({ admin = {}, imageEnvironment }: Settings): {
  username: string;
  password: string;
} {
  if (admin.token !== undefined) {
    throw new Misconfigured(
      'An image starts with a login, not with PORTAL_ADMIN_TOKEN: give PORTAL_ADMIN_USERNAME and PORTAL_ADMIN_PASSWORD, or neither.',
    );
  }
  const { INITIAL_ADMIN_USERNAME: username, INITIAL_ADMIN_PASSWORD: password } = imageEnvironment;
  return {
    username: username ?? admin.username ?? 'admin',
    password: password ?? admin.password ?? randomBytes(18).toString('base64url'),
  };
}
