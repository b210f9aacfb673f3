import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { CredentialName, Profile } from '../contract/requirement.ts';
import type { Report } from '../report/report.ts';
import { misconfiguredReport, verify as run } from '../run/verify.ts';
import type { AdminCredentials } from '../sandbox/administrator.ts';
import { defaultSettings, selectors } from '../settings/settings.ts';

/** What `verify` is told; all of it optional. Times are in milliseconds. */
export interface VerifyOptions {
  /** `full` with an administrator alone, `read-only` with tokens. */
  readonly profile?: Exclude<Profile, 'saved'>;
  /** Bearer tokens by persona: `{ 'caller.token': '...' }`. */
  readonly credentials?: Readonly<Partial<Record<CredentialName, string>>>;
  /** The administrator who makes users and tokens: `{ username, password }` or `{ token }`. */
  readonly admin?: AdminCredentials;
  /** Ids of requirements or topics to judge, and to leave out. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** Whether a broken SHOULD fails. */
  readonly strict?: boolean;
  /** Untested MUSTs to accept, by id, or all of them. */
  readonly allowUntested?: true | readonly string[];
  /** Nothing on the way logs: given tokens may go into a URL and a Basic user name (false). */
  readonly allowTokenInUrl?: boolean;
  /** Per request (10,000). */
  readonly timeoutMs?: number;
  /** For the whole run (120,000). */
  readonly deadlineMs?: number;
  /** How long a change may take to show everywhere (10,000). */
  readonly settleMs?: number;
  /** Requests under way at once (16). */
  readonly concurrency?: number;
  /** Sent as Origin, for tokens that are restricted to hosts. */
  readonly origin?: string;
  /** A certificate authority to trust too, as PEM. */
  readonly ca?: string;
  /** Do not verify the TLS certificate. */
  readonly insecure?: boolean;
  /** Of the names that a full run makes. */
  readonly seed?: number;
  /** Ends the run, which still removes what it made; its report is partial. */
  readonly signal?: AbortSignal;
}

/**
 * Judges a portal. It reads no environment and no file, prints nothing, and sets
 * no exit code.
 *
 * @param target URL of the portal; without one, a reference portal is started
 * @returns the report, as `schemas/report.schema.json` describes it. Whatever the
 * target does is in it, and a call that is wrong has the outcome `misconfigured`.
 */
export async function verify(target?: string, options: VerifyOptions = {}): Promise<Report> {
  const { credentials = {}, ca, signal, ...rest } = options;
  const known = Object.entries(rest).filter(([, value]) => value !== undefined);
  const settings = {
    ...defaultSettings(),
    ...Object.fromEntries(known),
    target,
    credentials: new Map(
      Object.entries(credentials).filter(([, token]) => token !== undefined),
    ) as ReadonlyMap<CredentialName, string>,
    ...(ca === undefined ? {} : { ca: { pem: ca, file: 'ca.pem' } }),
  };
  try {
    check(options);
    return await run(settings, requirements, (current) => {
      const end = () => current.interrupt('SIGTERM');
      if (signal?.aborted) end();
      signal?.addEventListener('abort', end, { once: true });
    });
  } catch (error) {
    if (error instanceof Misconfigured) return misconfiguredReport(error.message, requirements);
    throw error;
  }
}

/** @throws Misconfigured for what no run can be told */
function check(options: VerifyOptions): void {
  const { profile, only = [], skip = [], allowUntested = [], concurrency = 1 } = options;
  if (profile !== undefined && profile !== 'read-only' && profile !== 'full')
    throw new Misconfigured('profile is read-only or full.');
  selectors(only, 'only', requirements);
  selectors(skip, 'skip', requirements);
  if (allowUntested !== true) selectors(allowUntested, 'allow-untested', requirements);
  for (const name of ['timeoutMs', 'deadlineMs', 'settleMs'] as const) {
    const time = options[name] ?? 1;
    if (!(time > 0 || (name === 'settleMs' && time === 0)))
      throw new Misconfigured(`${name} is a number of milliseconds.`);
  }
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new Misconfigured('concurrency is a whole number from 1.');
}
