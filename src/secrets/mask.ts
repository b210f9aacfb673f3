import type { SecretMasker } from './masker.ts';

/**
 * The one door for secrets: everything that leaves a run passes it (each result, each progress
 * event, the finished report).
 *
 * @returns the value without the secrets that its strings hold, and how many there were
 */
export function maskSecrets<T>(value: T, masker: SecretMasker): { value: T; hits: number } {
  let hits = 0;
  const text = JSON.stringify(value, (_, member) => {
    if (typeof member !== 'string') return member;
    const masked = masker.mask(member);
    hits += masked.hits;
    return masked.text;
  });
  return { value: hits === 0 ? value : JSON.parse(text), hits };
}

/** What a secret in our own words says of the suite: a bug of ours. */
export const leak = 'a token would have been written to the report; it was masked';
