import { type Behaviour, plain } from './behaviour.ts';
import { both } from './both.ts';
import { faults } from './faults.ts';

/** A name that is that of no fault, or two faults that cannot be combined. */
export type NoSuchFaults =
  | { readonly unknown: string }
  | { readonly pair: readonly [string, string]; readonly both: string };

/** The portal that is broken in some ways at once, by the names of its faults. */
export function behaviourNamed(names: readonly string[]): Behaviour | NoSuchFaults {
  let behaviour = plain;
  for (const name of names) {
    const fault = faults.find((one) => one.name === name);
    if (!fault) return { unknown: name };
    const merged = both(behaviour, fault);
    if (typeof merged === 'string') return { pair: [behaviour.name, name], both: merged };
    behaviour = behaviour === plain ? fault : merged;
  }
  return behaviour;
}
