import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { CredentialName } from '../contract/requirement.ts';
import type { Report } from '../report/report.ts';
import type { Run } from '../run/run.ts';
import { misconfiguredReport, verify as run } from '../run/verify.ts';
import type { AdminCredentials } from '../sandbox/administrator.ts';
import type { Login } from '../sandbox/logins.ts';
import type { ApiOption, OptionSettings } from '../settings/options.ts';
import type { Settings } from '../settings/settings.ts';
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
 * @param target URL of the portal; `reference` for the one that comes with the suite
 * @returns the report, as `schemas/report.schema.json` describes it. Whatever the
 * target does is in it, and a call that is wrong has the outcome `misconfigured`.
 */
export async function verify(target?: string, options: VerifyOptions = {}): Promise<Report> {
  const signal = options?.signal;
  const report = await judge(
    () => settingsOf(target, options),
    (current) => {
      const end = () => current.interrupt('SIGTERM');
      if (signal?.aborted) end();
      signal?.addEventListener('abort', end, { once: true });
    },
  );
  if (report.outcome !== 'misconfigured') return report;
  return { ...report, message: inApiWords(report.message) };
}

async function judge(settings: () => Settings, onRun: (run: Run) => void): Promise<Report> {
  try {
    return await run(settings(), requirements, onRun);
  } catch (error) {
    if (error instanceof Misconfigured) return misconfiguredReport(error.message, requirements);
    throw error;
  }
}
