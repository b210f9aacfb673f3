import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import ConformanceReporter from './src/vitest/reporter.ts';

/** What takes longest begins first: the end of a run waits for nothing then. */
const longest = /\/(outside|removal|full-profile|faults|way|html)\.test\.ts$/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** What takes longer has a script of its own, and is part of no other run. */
const own = (name: string, options: TestProjectInlineConfiguration['test']) =>
  process.argv.includes(name) ? [{ test: { name, ...options } }] : [];

// Requirements tell their own story; the default reporter tells it of the rest.
const conformanceAlone = process.argv.includes('conformance');
const results = process.env.TEST_RESULTS;

export default defineConfig({
  test: {
    // Much of it waits for servers and processes.
    maxWorkers: 5,
    sequence: { sequencer: LongestFirst },
    reporters: [
      ...(conformanceAlone ? [] : (['default'] as const)),
      new ConformanceReporter(),
      ...(results ? [['json', { outputFile: results }] satisfies [string, object]] : []),
    ],
    projects: [
      {
        test: {
          name: 'conformance',
          include: ['specs/conformance.spec.ts'],
          pool: 'threads',
          isolate: false,
          maxConcurrency: 1000,
          // A run has its own bounds, per request and as a whole.
          testTimeout: 0,
          hookTimeout: 0,
        },
      },
      {
        test: {
          name: 'self',
          include: ['tests/**/*.test.ts'],
          isolate: false,
          testTimeout: 180_000,
        },
      },
      ...own('prove', { include: ['tests/prove/part-*.ts'], testTimeout: 0, maxConcurrency: 6 }),
      ...own('real', { include: ['tests/real/real.ts'], testTimeout: 180_000, maxConcurrency: 3 }),
      ...own('signals', { include: ['tests/signals/signals.ts'], testTimeout: 600_000 }),
      ...own('long', { include: ['tests/long/*.ts'], testTimeout: 180_000 }),
    ],
  },
});
