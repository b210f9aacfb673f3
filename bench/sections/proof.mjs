import { ms, nodeAlone, ratio, sideBySide, table } from '../measure.mjs';

export const title = 'Proof';

/** How long one mutant takes, in-process. */
export async function measure() {
  const { faults } = await import('../../build/src/reference/faults.js');
  const { startReference } = await import('../../build/src/reference/start.js');
  const { verify } = await import('../../build/src/index.js');
  const quick = faults.filter(({ profile }) => profile === undefined).slice(0, 100);
  const from = performance.now();
  for (const fault of quick) {
    const portal = await startReference(fault);
    await verify(portal.url, {
      credentials: Object.fromEntries(portal.credentials),
      settleMs: 200,
      allowTokenInUrl: true,
    });
    await portal.close();
  }
  const each = (performance.now() - from) / quick.length;
  const [node] = sideBySide([nodeAlone]);
  return [
    'A mutant is started, judged with the read-only profile and closed; the mean of all.',
    '',
    ...table(
      ['mutants in-process', 'each', 'to `node -e 0`'],
      [[quick.length, ms(each), ratio(each, node.ms)]],
    ),
  ];
}
