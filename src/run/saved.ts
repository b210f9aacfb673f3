import { Misconfigured } from '../contract/misconfigured.ts';
import type { Requirement, RunFacts } from '../contract/requirement.ts';
import type { Exchange } from '../http/exchange.ts';
import { listPath } from '../http/target.ts';
import { Context } from '../portal/context.ts';
import type { Credential } from '../portal/credential.ts';
import { Journal } from '../portal/journal.ts';
import { ListRead } from '../portal/list-read.ts';
import { listRequest } from '../portal/requests.ts';
import type { Reads } from '../portal/rounds.ts';
import type { Surroundings } from '../portal/surroundings.ts';
import type { Report } from '../report/report.ts';
import { SecretMasker } from '../secrets/masker.ts';
import type { Settings } from '../settings/settings.ts';
import { planOf } from './plan.ts';
import { Recorder } from './recorder.ts';

type Register = readonly Requirement<Context>[];

/**
 * Judges a response that was saved, without a network: all that the schemas and
 * the rules on records can decide, and with its head (`curl -i`) status and headers.
 *
 * @throws Misconfigured when there is nothing that could be judged
 */
export async function checkSaved(
  saved: Buffer,
  {
    strict,
    baseline,
    notices = [],
  }: Pick<Settings, 'strict'> & Partial<Pick<Settings, 'baseline' | 'notices'>>,
  register: Register,
): Promise<Report> {
  const startedAt = Date.now();
  const { head, exchange } = readSaved(saved, startedAt);
  const recorder = new Recorder(register);
  recorder.masker.allow(JSON.stringify(register));
  const read = new ListRead(reader, exchange);
  read.register(recorder.masker);
  const facts: RunFacts = {
    profile: 'saved',
    credentials: [],
    loopback: true,
    mayBeLogged: false,
    head,
  };
  const plan = planOf(register, { only: [], skip: [] }, facts);
  for (const requirement of register) {
    if (!requirement.check || !plan.includes(requirement)) continue;
    await recorder.judge(
      requirement,
      (_, evidence) => new Context(requirement.id, readsOf(read), noPortal, evidence),
      { strict, again: false },
    );
  }
  return recorder.report({
    ...facts,
    notices,
    baseline,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Date.now() - startedAt,
    selection: { only: [], skip: [], deselected: [], strict },
  });
}

const reader: Credential = {
  name: 'caller.token',
  persona: 'caller',
  kind: 'API token',
  label: 'the saved response',
  variable: 'PORTAL_CALLER_TOKEN',
  token: '',
};

/** One read in one round: nothing was requested twice. */
function readsOf(read: ListRead): Reads {
  return {
    credentials: [reader],
    earlier: [],
    latest: 0,
    read: async () => read,
    round: async (round) => (round === 0 ? [read] : []),
  };
}

const unreachable = async (): Promise<never> => {
  throw new Error('a saved response sends nothing');
};

const noPortal: Surroundings = {
  target: { base: '', loopback: true, tls: true },
  identities: new Map(),
  probes: { send: unreachable },
  first: unreachable,
  settleMs: 0,
  longList: 0,
  mayBeLogged: false,
  signal: new AbortController().signal,
  journal: new Journal(new SecretMasker()),
  send: unreachable,
};

const headEnd = /\r?\n\r?\n/;

/** Reads the body, or what `curl -i` printed: the last of its heads counts. */
function readSaved(saved: Buffer, now: number): { head: boolean; exchange: Exchange } {
  if (saved[0] === 0x1f && saved[1] === 0x8b) {
    throw new Misconfigured('The saved response is compressed: save it with curl --compressed.');
  }
  let rest = saved;
  let head = '';
  for (let text = start(rest); /^HTTP\/\d/.test(text); text = start(rest)) {
    const end = headEnd.exec(text);
    head = end ? text.slice(0, end.index) : text;
    rest = rest.subarray(end ? end.index + end[0].length : rest.length);
  }
  if (head === '' && rest.toString('latin1').trim() === '') {
    throw new Misconfigured(
      'The saved response is empty: no headers and no body. Did the request fail?',
    );
  }
  const [statusLine = '', ...fields] = head.split(/\r?\n/);
  const pairs = fields.map((field) => {
    const at = field.indexOf(':');
    return [field.slice(0, at).trim(), field.slice(at + 1).trim()] as const;
  });
  const status = head === '' ? 200 : Number(/^HTTP\/\S+ (\d{3})/.exec(statusLine)?.[1] ?? 0);
  const response = {
    status,
    headers: joined(pairs),
    rawHeaders: pairs.flat(),
    body: rest,
  };
  const request = listRequest(reader, 'saved response');
  const curl = `curl -sS -i ${request.curl} "$PORTAL_TARGET${listPath}"`;
  const exchange = { request, curl, attempts: 1, sentAt: now, receivedAt: now, response };
  return { head: head !== '', exchange };
}

/** Fields by name, in lower case; repeated ones are joined, but for the type, as Node does. */
function joined(fields: readonly (readonly [name: string, value: string])[]) {
  const headers = new Map<string, string>();
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    const known = headers.get(key);
    if (known === undefined) headers.set(key, value);
    else if (key !== 'content-type') headers.set(key, `${known}, ${value}`);
  }
  return Object.fromEntries(headers);
}

/** The beginning of a text, a byte for each character: heads are ASCII. */
function start(bytes: Buffer): string {
  return bytes.subarray(0, 65_536).toString('latin1');
}
