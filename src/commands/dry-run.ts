import { requirements } from '../../specs/index.ts';
import { count } from '../contract/count.ts';
import { apiPath, parseTarget } from '../http/target.ts';
import { credentialKinds } from '../portal/credential.ts';
import { type Behaviour, plain } from '../reference/behaviour.ts';
import { type Reference, startReference } from '../reference/start.ts';
import type { Output } from '../report/output.ts';
import { hasPersona, isOfReference, profileOf } from '../run/plan.ts';
import { verify } from '../run/verify.ts';
import { prefixOf } from '../sandbox/names.ts';
import type { Settings } from '../settings/settings.ts';

/** One kind of request, and how often it was sent. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly who: string;
  times: number;
}

/**
 * Tells what a run would send and create, by sending it to the reference portal: a portal that
 * answers otherwise is sent a little more, or less. Nothing goes to the target.
 */
export async function dryRun(settings: Settings, output: Output): Promise<number> {
  const { target } = settings;
  // What is wrong with it may be a password in it, which is not repeated.
  const named = target === undefined || isOfReference(settings) ? undefined : parseTarget(target);
  const sent = new Map<string, Sent>();
  const created = { account: 0, user: 0, token: 0, session: 0 };
  let portal: Reference | undefined;
  const around: Behaviour['around'] = async (request, usual) => {
    const { method, url, headers } = request;
    const path = new URL(url).pathname.replace(/(\/apiTokens\/).+/, '$1{id}');
    const who = whoOf(headers.get('authorization'), portal);
    const key = [method, path, who].join(' ');
    const one = sent.get(key) ?? { method, path, who, times: 0 };
    one.times += 1;
    sent.set(key, one);
    const response = await usual(request);
    if (method === 'POST' && response.ok) note(created, path.slice(apiPath.length));
    return response;
  };
  portal = await startReference({ ...plain, around });
  try {
    const report = await verify(againstReference(settings, portal), requirements);
    const all = [...sent.values()].sort((one, other) => other.times - one.times);
    const times = all.reduce((sum, one) => sum + one.times, 0);
    const width = Math.max(...all.map(({ method, path }) => method.length + path.length)) + 2;
    output.out(
      `${[
        `Nothing was sent to ${named?.base ?? 'the target'}. Against the reference portal this run, in the profile ${report.profile}, sends ${count(times, 'request')}:`,
        ...all.map(
          ({ method, path, who, times }) =>
            `${String(times).padStart(5)}  ${`${method} ${path}`.padEnd(width)} ${who}`,
        ),
        report.profile === 'full'
          ? `It creates ${Object.entries(created)
              .map(([what, number]) => count(number, what))
              .join(
                ', ',
              )}, each name beginning with ${prefixOf('<run>')}, and ${settings.keep === undefined ? 'removes' : 'leaves'} them.`
          : created.session > 0
            ? 'It opens one session, and ends it.'
            : 'It creates nothing.',
        ...(settings.reports.length > 0 ? ['No report is written.'] : []),
      ].join('\n')}\n`,
    );
    return 0;
  } finally {
    await portal.close();
  }
}

/** The same run against the reference portal, with as many credentials as were given. */
function againstReference(settings: Settings, portal: Reference): Settings {
  const { credentials, callerLogin } = settings;
  const isFull = profileOf(settings) === 'full';
  const [caller] = portal.store.users;
  return {
    ...settings,
    ...{
      target: portal.url,
      reports: [],
      baseline: undefined,
      proxy: undefined,
      resolve: undefined,
    },
    ...{ dryRun: false, reference: false, profile: isFull ? 'full' : 'read-only' },
    ...{ cert: undefined, key: undefined, headers: [], rate: undefined, keep: undefined },
    admin: isFull ? portal.admin : undefined,
    callerLogin: callerLogin && caller,
    credentials: new Map(
      [...portal.credentials].filter(
        ([name]) => credentials.has(name) || !(hasPersona(settings) || isFull),
      ),
    ),
  };
}

function whoOf(header: string | null, portal: Reference | undefined): string {
  if (header === null) return 'no token';
  const token = header.replace(/^Bearer /, '');
  const [name] = [...(portal?.credentials ?? [])].find(([, one]) => one === token) ?? [];
  if (name) return credentialKinds.find((kind) => kind.name === name)?.label ?? name;
  const { store } = portal ?? {};
  const isKnown = store?.sessions.has(token) || store?.tokens.some(({ id }) => id === token);
  return isKnown ? 'a token or session of the run' : 'something that opens nothing';
}

function note(
  created: { account: number; user: number; token: number; session: number },
  path: string,
) {
  if (path === '/admin/createAccount') created.account += 1;
  if (/^\/admin\/create(Account|User)$/.test(path)) created.user += 1;
  // A user comes with one.
  if (/^\/(apiTokens|admin\/create\w+)$/.test(path)) created.token += 1;
  if (path === '/auth/login') created.session += 1;
}
