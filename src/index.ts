export { requirements } from '../specs/index.ts';
export type { Finding } from './contract/finding.ts';
export type { Status } from './contract/judge.ts';
export type { Report } from './report/report.ts';
