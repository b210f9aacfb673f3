/**
 * The public API: judge a portal, judge a body, and what a portal must do, as values.
 */
export { requirements } from '../specs/index.ts';
export {
  type ReferencePortal,
  type ReferencePortalOptions,
  referencePortal,
} from './api/reference-portal.ts';
export { type ApiTokenListProblem, isApiTokenList, validateApiTokenList } from './api/validate.ts';
export { type VerifyOptions, verify } from './api/verify.ts';
export type { ApiToken, ApiTokenList, ApiTokenRestrictions } from './contract/api-token.ts';
export type { Finding } from './contract/finding.ts';
export type { Status } from './contract/judge.ts';
export type { Source } from './contract/outline.ts';
export type {
  CredentialName,
  Level,
  Profile,
  Requirement,
  Statement,
  Topic,
} from './contract/requirement.ts';
export type { Context } from './portal/context.ts';
export type {
  ExchangeReport,
  ExitCode,
  Outcome,
  Report,
  RequirementResult,
} from './report/report.ts';
export type { SandboxSource } from './run/adapter.ts';
export {
  type FastifyLike,
  type FetchHandler,
  type OpenedSubject,
  openSubject,
  type Portal,
  type Startable,
  type Subject,
} from './run/subject.ts';
export type {
  SandboxAdapter,
  SandboxToken,
  SandboxUser,
  SandboxUserCreated,
} from './sandbox/adapter.ts';
export {
  type Suite,
  type SuiteOptions,
  type SuiteTest,
  type SuiteVerdict,
  suite,
} from './suites/suite.ts';
export { type SandboxProblem, type TryOptions, trySandbox } from './suites/try-sandbox.ts';
