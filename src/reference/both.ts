import type { Behaviour } from './behaviour.ts';

/** Steps that hand on what they made: the second is given what the first made of it. */
const chained = ['authenticate', 'visible', 'record', 'body', 'response', 'rejection'] as const;
const described = ['name', 'says', 'trips', 'profile'];

type Step = (usual: unknown, ...rest: unknown[]) => unknown;

/**
 * A portal that differs in two ways at once.
 *
 * @returns the step that both stand in for, where neither can work with the other
 */
export function both(one: Behaviour, other: Behaviour): Behaviour | string {
  const merged: Record<string, unknown> = { ...one, ...other };
  for (const name of Object.keys(other) as (keyof Behaviour)[]) {
    const [first, second] = [one[name], other[name]];
    if (described.includes(name) || first === undefined || first === second) continue;
    if (!chained.some((step) => step === name) && name !== 'around' && name !== 'created')
      return name;
    merged[name] = inTurn(name, first as Step, second as Step);
  }
  return {
    ...merged,
    name: `${one.name},${other.name}`,
    says: `${one.says}; ${other.says}`,
    trips: [...new Set([...one.trips, ...other.trips])],
  };
}

function inTurn(name: string, first: Step, second: Step): Step {
  if (name === 'around')
    return (request, usual, store) =>
      second(request, async (inner: unknown) => first(inner, usual, store), store);
  if (name === 'created')
    return (token, store) => {
      first(token, store);
      second(token, store);
    };
  return (usual, ...rest) => {
    const made = first(usual, ...rest);
    return made instanceof Promise
      ? made.then((value) => second(value, ...rest))
      : second(made, ...rest);
  };
}
