import { requirements } from '../../specs/index.ts';
import { Misconfigured } from '../contract/misconfigured.ts';
import type { CredentialName } from '../contract/requirement.ts';
import type { Report } from '../report/report.ts';
import { misconfiguredReport, verify as run } from '../run/verify.ts';
import type { AdminCredentials } from '../sandbox/administrator.ts';
import type { Login } from '../sandbox/logins.ts';
import { type ApiOption, type OptionSettings, optionTable } from '../settings/options.ts';
import { defaultSettings } from '../settings/settings.ts';
import { readAllowed, readSelectors } from '../settings/values.ts';

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
  const { credentials = {}, admin, callerLogin, ca, signal, ...rest } = options;
  try {
    const settings = {
      ...defaultSettings(),
      ...checked(rest),
      target,
      admin,
      callerLogin,
      credentials: new Map(
        Object.entries(credentials).filter(([, token]) => token !== undefined),
      ) as ReadonlyMap<CredentialName, string>,
      ca: ca === undefined ? undefined : { pem: ca, file: 'ca.pem' },
    };
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

/** @throws Misconfigured for an unknown option or a wrong value */
function checked(options: Partial<Pick<OptionSettings, ApiOption>>): Partial<OptionSettings> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const option = Object.hasOwn(optionTable, name) && optionTable[name as ApiOption];
    if (!option || !('api' in option))
      throw new Misconfigured(`verify() has no option of that name: ${name}.`);
    if (!option.api.accepts(value)) throw new Misconfigured(`${name} takes ${option.api.takes}.`);
  }
  const { only = [], skip = [], allowUntested = [] } = options;
  return {
    ...Object.fromEntries(given),
    only: readSelectors(only, 'only', requirements),
    skip: readSelectors(skip, 'skip', requirements),
    allowUntested: readAllowed(allowUntested, requirements),
  };
}
