/** Names a bug by class and place: its message may hold values of the target. */
export function bugSite(error: unknown): string {
  if (!(error instanceof Error)) return 'something other than an Error was thrown';
  const frame = error.stack
    ?.split('\n')
    .map((line) => /([\w.-]+\.(?:js|ts|mjs|cjs)):(\d+):\d+\)?$/.exec(line))
    .find((match) => match !== null);
  return frame ? `${error.name} at ${frame[1]}:${frame[2]}` : error.name;
}
