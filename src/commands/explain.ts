import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { requirements } from '../../specs/index.ts';
import { faults } from '../reference/faults.ts';
import { type Example, renderExplanation } from '../report/explain.ts';
import { nearest } from '../settings/nearest.ts';
import { type Call, complain } from './shared.ts';

interface Fixture extends Example {
  readonly request?: 'to be refused';
  /** Whether most people who get it wrong get it wrong so. */
  readonly usual?: true;
}

/** Tells all that is known of one requirement. */
export async function explainCommand(id: string, { output }: Call): Promise<number> {
  const one = requirements.find((requirement) => requirement.id === id);
  if (!one) {
    const near = nearest(
      id,
      requirements.map((one) => one.id),
    );
    complain(
      output,
      `There is no such requirement.${near ? ` Did you mean ${near}?` : ''} 'portal-conformance list' prints them.`,
    );
    return 2;
  }
  const breaking = [...fixtures('invalid'), ...fixtures('valid')]
    .filter((fixture) => fixture.requirements?.includes(id))
    .sort((a, b) => rankOf(a) - rankOf(b))[0];
  const refused = breaking?.request === 'to be refused';
  const satisfying = fixture('valid', refused ? 'refusal.json' : 'contract-example.json');
  const tripping = faults.filter(({ trips }) => trips.includes(id)).map(({ says }) => says);
  const examples = { satisfying, breaking, faults: [...new Set(tripping)] };
  output.out(renderExplanation(one, examples));
  return 0;
}

/** The one that most people would have sent comes first, then what breaks little else. */
function rankOf({ usual, requirements: broken = [] }: Fixture): number {
  return usual ? 0 : broken.length;
}

const folder = join(
  dirname(createRequire(import.meta.url).resolve('portal-conformance/package.json')),
  'fixtures',
);

function fixtures(kind: 'valid' | 'invalid'): Fixture[] {
  return readdirSync(join(folder, kind)).map((name) => fixture(kind, name));
}

function fixture(kind: 'valid' | 'invalid', name: string): Fixture {
  return JSON.parse(readFileSync(join(folder, kind, name), 'utf8'));
}
