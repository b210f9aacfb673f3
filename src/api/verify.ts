import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { CredentialName } from '../contract/requirement.ts';
import type { Report } from '../report/report.ts';
import type { SandboxSource } from '../run/adapter.ts';
import type { Run } from '../run/run.ts';
import { openSubject, requireSubject, type Subject } from '../run/subject.ts';
import { misconfiguredReport, verify as run } from '../run/verify.ts';
import type { AdminCredentials } from '../sandbox/administrator.ts';
import type { Login } from '../sandbox/logins.ts';
import type { ApiOption, OptionSettings } from '../settings/options.ts';
import { inApiWords, settingsOf } from './settings.ts';

/**
 * The options of `verify`, all optional. Beside these, the options of the command that
 * docs/api.md lists, by the same names in camel case; times are in milliseconds.
 */
export interface VerifyOptions extends Partial<Pick<OptionSettings, ApiOption>> {
  /** Bearer tokens by persona: `{ 'caller.token': '...' }`. */
  readonly credentials?: Readonly<Partial<Record<CredentialName, string>>>;
  /** The administrator who creates users and tokens: `{ username, password }` or `{ token }`. */
  readonly admin?: AdminCredentials;
  /** The login of the caller, in place of their session token: the run logs in and out. */
  readonly callerLogin?: Login;
  /**
   * What creates accounts, users and tokens for the full profile, in place of the vendor's API and of
   * `admin`: an adapter, or a function that gives one for the URL of the portal.
   */
  readonly sandbox?: SandboxSource;
  /** A certificate authority to trust too, as PEM. */
  readonly ca?: string;
  /** A proxy to go through, by CONNECT: `http://user:password@proxy:3128`. */
  readonly proxy?: string;
  /** Ends the run, which still removes what it created; its report is partial. */
  readonly signal?: AbortSignal;
}

/**
 * Judges a portal. It reads no environment and no file, prints nothing, and sets
 * no exit code.
 *
 * @param target what is judged: see `Subject`. `reference` is the portal that comes with the suite
 * @returns the report, as `schemas/report.schema.json` describes it. Whatever the
 * target does is in it, and a call that is wrong has the outcome `misconfigured`.
 */
export async function verify(target?: Subject, options: VerifyOptions = {}): Promise<Report> {
  const report = await judge(target, options).catch((error) => {
    if (error instanceof Misconfigured) return misconfiguredReport(error.message, requirements);
    throw error;
  });
  if (report.outcome !== 'misconfigured') return report;
  return { ...report, message: inApiWords(report.message) };
}

async function judge(target: Subject | undefined, options: VerifyOptions): Promise<Report> {
  const endWith = endedBy(options?.signal);
  if (target === undefined || typeof target === 'string')
    return run(settingsOf(target, options), requirements, endWith);
  const subject = requireSubject(target);
  const settings = settingsOf(undefined, options);
  const { url, startedHere, close } = await openSubject(subject);
  try {
    return await run({ ...settings, target: url, startedHere }, requirements, endWith);
  } finally {
    await close();
  }
}

/** Lets a signal of the caller's end a run, which still removes what it created. */
export function endedBy(signal: AbortSignal | undefined): (run: Run) => void {
  return (run) => {
    const end = () => run.interrupt('SIGTERM');
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
  };
}
