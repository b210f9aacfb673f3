import type { SecretMasker } from './masker.ts';

/** A value without the secrets that its strings hold, and how many there were. */
export function maskSecrets<T extends object>(
  value: T,
  masker: SecretMasker,
): { value: T; hits: number } {
  let hits = 0;
  const text = JSON.stringify(value, (_, one) => {
    if (typeof one !== 'string') return one;
    const clean = masker.mask(one);
    hits += clean.hits;
    return clean.text;
  });
  return { value: hits === 0 ? value : JSON.parse(text), hits };
}

/** What a secret that had to be replaced says of the suite. */
export const leak = 'a token was about to be written; it was replaced';
