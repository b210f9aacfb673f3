import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Subject } from './run/subject.ts';
import { conformanceWith } from './suites/conformance.ts';
import type { SuiteOptions } from './suites/suite.ts';

/**
 * Registers one vitest test for each requirement, grouped by topic; the failure is the text of the
 * command. The portal is started before the first of them, and closed after the last.
 *
 * @param subject what is judged: see `Subject`
 */
export const conformance: (subject: Subject, options?: SuiteOptions) => void = conformanceWith({
  ...{ afterAll, beforeAll, describe, test },
});
