import { requirements } from '../../specs/index.ts';
import type { Behaviour } from '../../src/reference/behaviour.ts';
import { faults } from '../../src/reference/faults.ts';
import { hostileServers } from './hostile-servers.ts';
import { variants } from './variants.ts';

/** Every mutant, and every variant. */
export const behaviours: readonly Behaviour[] = [...faults, ...variants];

/** What one mutant or variant was found to trip. */
export interface Trial {
  readonly behaviour: Behaviour;
  readonly tripped: readonly string[];
  readonly outcome: string;
}

/** Whether a run found exactly what is there to find. */
export function isKilled({ behaviour, tripped }: Trial): boolean {
  return [...tripped].sort().join() === [...behaviour.trips].sort().join();
}

/**
 * The proof as a page: the matrix of mutants by requirement, variants and
 * hostile servers. The same trials make the same page.
 */
export function renderProof(trials: readonly Trial[]): string {
  const mutants = trials.filter(({ behaviour }) => faults.includes(behaviour));
  const others = trials.filter(({ behaviour }) => variants.includes(behaviour));
  const judged = requirements.filter(({ check }) => check);
  const killers = (id: string) =>
    mutants.filter(({ tripped }) => tripped.includes(id)).map(({ behaviour }) => behaviour.name);
  const killed = mutants.filter(isKilled).length;
  const passed = others.filter(({ outcome }) => outcome === 'conformant').length;
  const covered = judged.filter(({ id }) => killers(id).length > 0).length;
  return `${[
    '# Proof',
    '',
    'Written by `npm run prove`, from its run. A mutant is a portal that is broken in one',
    'way; it is killed when the suite finds exactly the requirements that it breaks, no',
    'fewer and no more. A variant conforms and differs; it must pass without any MUST or',
    'SHOULD finding. A hostile server must be survived, within the bounds of the run, with',
    'the right verdict, a valid report and inert text. Every output of these runs is',
    'searched for every token, name and address of the portal.',
    '',
    '| | | |',
    '|---|---|---|',
    `| mutants killed | ${killed} | of ${mutants.length} |`,
    `| requirements with a mutant | ${covered} | of ${judged.length} |`,
    `| variants passed | ${passed} | of ${others.length} |`,
    `| hostile servers | ${hostileServers.length} | in tests/support/hostile-servers.ts |`,
    '',
    '## The matrix',
    '',
    '| requirement | level | killed | mutants that trip it |',
    '|---|---|---|---|',
    ...judged.map(
      ({ id, level }) =>
        `| \`${id}\` | ${level} | ${killers(id).length} | ${killers(id).map(code).join(' ')} |`,
    ),
    '',
    '## Mutants',
    '',
    '| mutant | what is wrong | profile | trips |',
    '|---|---|---|---|',
    ...mutants.map(
      ({ behaviour: { name, says, profile, trips } }) =>
        `| ${code(name)} | ${cell(says)} | ${profile ?? 'read-only'} | ${trips.map(code).join(' ')} |`,
    ),
    '',
    '## Variants',
    '',
    '| variant | what is different | profile |',
    '|---|---|---|',
    ...others.map(
      ({ behaviour: { name, says, profile } }) =>
        `| ${code(name)} | ${cell(says)} | ${profile ?? 'read-only'} |`,
    ),
    '',
    '## Hostile servers',
    '',
    'Each ends within 5 s a request and 10 s a run, as these tests set them; the command has 10 s',
    'and 120 s. A response has a part of the memory of the process, 64 MiB at most.',
    '',
    ...hostileServers.map(({ name }) => `- ${name}`),
    '',
    '## What has no mutant',
    '',
    ...requirements
      .filter(({ excluded }) => excluded)
      .map(({ id, excluded }) => `- \`${id}\`: ${excluded}`),
  ].join('\n')}\n`;
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** What the data promise of each trial: the page of a run in which everything went as it must. */
export function promised(): Trial[] {
  const trial = (outcome: string) => (behaviour: Behaviour) => ({
    behaviour,
    tripped: behaviour.trips,
    outcome,
  });
  return [...faults.map(trial('non-conformant')), ...variants.map(trial('conformant'))];
}
