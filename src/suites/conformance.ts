import { topics } from '../contract/requirement.ts';
import type { Subject } from '../run/subject.ts';
import { type Suite, type SuiteOptions, suite } from './suite.ts';

/** What is needed of vitest. */
interface Runner {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: {
    readonly concurrent: (
      name: string,
      options: { timeout: number },
      body: (context: TestContext) => Promise<void>,
    ) => void;
  };
  readonly beforeAll: (body: () => Promise<void>, timeout: number) => void;
  readonly afterAll: (body: () => Promise<void>, timeout: number) => void;
}

interface TestContext {
  readonly skip: (reason?: string) => void;
  /** From vitest 3.2 on. */
  readonly annotate?: (message: string, type?: string) => unknown;
}

/** A run has its own bounds, per request and as a whole. */
const noTimeout = 0;

/** `conformance` for a runner that is vitest. */
export function conformanceWith({ describe, test, beforeAll, afterAll }: Runner) {
  return (subject: Subject, options: SuiteOptions = {}): void => {
    const { requirements, prepare, judge, close } = bound(suite(subject, options));
    describe('List API Tokens', () => {
      beforeAll(prepare, noTimeout);
      for (const topic of topics) {
        describe(topic, () => {
          for (const one of requirements.filter((other) => other.topic === topic))
            test.concurrent(one.name, { timeout: noTimeout }, async ({ skip, annotate }) => {
              if (one.skip !== undefined) return skip(one.skip);
              const { status, message, failure, skip: reason } = await judge(one.id);
              if (reason !== undefined) return skip(reason);
              if (failure) throw failure;
              if (status !== 'pass') await annotate?.(message, status);
            });
        });
      }
      afterAll(close, noTimeout);
    });
  };
}

/** What a suite does, its end only where it began. */
function bound(own: Suite) {
  let isPrepared = false;
  return {
    requirements: own.requirements,
    judge: (id: string) => own.judge(id),
    prepare: async () => {
      await own.prepare();
      isPrepared = true;
    },
    close: async () => {
      if (isPrepared) await own.close();
    },
  };
}
