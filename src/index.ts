/**
 * The public API: what a portal must do, as values, and the shape of reports.
 */
export { requirements } from '../specs/index.ts';
export type { Finding } from './contract/finding.ts';
export type { Status } from './contract/judge.ts';
export type { Level, Profile, Requirement, Statement, Topic } from './contract/requirement.ts';
export type { ExitCode, Judged, Outcome, Report } from './report/report.ts';
