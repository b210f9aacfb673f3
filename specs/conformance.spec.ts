import { afterAll, beforeAll, describe, test } from 'vitest';
import { openSuite } from '../src/vitest/suite.ts';
import { requirements } from './index.ts';

// The requirements as vitest tests: the same values, judged by the same judge as
// the command's. Settings and credentials come from the PORTAL_ variables.
const suite = await openSuite(process.env, requirements);

beforeAll(() => suite.prepare());

for (const [phase, register] of suite.phases) {
  if (register.length === 0) continue;
  describe(phase, () => {
    beforeAll(() => suite.enter(phase));

    for (const requirement of register) {
      const { id, level, title } = requirement;
      test.concurrent(`${id}: ${title} (${level})`, async ({ task, skip }) => {
        const { result, failure, skip: reason } = await suite.judge(requirement);
        const { status, message } = result;
        Object.assign(task.meta, { verdict: { status, message } });
        if (reason !== undefined) skip(reason);
        if (failure) throw failure;
      });
    }
  });
}

// biome-ignore lint/correctness/noEmptyPattern: vitest wants a pattern where it passes fixtures.
afterAll(async ({}, { file }) => {
  const { handover, failure } = await suite.close();
  Object.assign(file.meta, { run: handover });
  if (failure) throw failure;
});
