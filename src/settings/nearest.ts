/** So many letters may differ in a typing error. */
const maxDistance = 3;

/** What was probably meant: what few letters differ from, or else what has most words in common. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const [close] = names
    .map((name) => ({ name, distance: distanceOf(typed, name) }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((one, other) => one.distance - other.distance);
  if (close) return close.name;
  const words = new Set(typed.toLowerCase().split(/[^a-z0-9]+/));
  const shared = (name: string) =>
    name
      .toLowerCase()
      .split(/[-_]/)
      .filter((one) => words.has(one));
  const [alike] = [...names].sort((one, other) => shared(other).length - shared(one).length);
  return alike !== undefined && shared(alike).length > 1 ? alike : undefined;
}

/** How many letters have to be added, dropped or replaced (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 0; at < other.length; at += 1)
      next.push(
        Math.min(
          (row[at] as number) + (letter === other[at] ? 0 : 1),
          (row[at + 1] as number) + 1,
          (next[at] as number) + 1,
        ),
      );
    row = next;
  }
  return row.at(-1) as number;
}
