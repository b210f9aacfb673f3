import { cli, ms, nodeAlone, percent, ratio, rounds, sideBySide, table } from '../measure.mjs';

export const title = 'Start-up';

/** What every call pays before it does anything. */
export async function measure() {
  const [help, list, node] = sideBySide([[[cli, '--help']], [[cli, 'list']], nodeAlone]);
  return [
    `What every call pays before it does anything; medians of ${rounds}.`,
    '',
    ...table(
      ['command', 'time', 'to `node -e 0`', 'noise'],
      [
        ['`--help`', ms(help.ms), ratio(help.ms, node.ms), percent(help.noise)],
        ['`list`', ms(list.ms), ratio(list.ms, node.ms), percent(list.noise)],
        ['`node -e 0`', ms(node.ms), '1.00', percent(node.noise)],
      ],
    ),
  ];
}
