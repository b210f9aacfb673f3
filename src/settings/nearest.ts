/** So many letters may differ in a typing error. */
const maxDistance = 3;

/** The word that was probably meant; undefined when none is near. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((word) => ({ word, distance: distanceOf(typed, word) }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((one, other) => one.distance - other.distance);
  return best?.word;
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
