/** A baseline in which somebody wrote a secret, of a requirement that fails in `everyStatus`. */
export function baselineWith(secret: string | undefined) {
  const entry = {
    requirement: 'name-string',
    reason: `see the ticket of ${secret}`,
    owner: 'charts-team',
    expires: '2999-12-31',
  };
  return { failures: [entry] };
}
