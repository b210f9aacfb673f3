import type { Requirement, RunFacts } from '../contract/requirement.ts';
import { heldTo, usualSet } from '../contract/sets.ts';
import type { Exchange, IncomingResponse } from '../http/exchange.ts';
import { listPath } from '../http/target.ts';
import { Context } from '../portal/context.ts';
import type { Credential } from '../portal/credential.ts';
import { Journal } from '../portal/journal.ts';
import { ListRead } from '../portal/list-read.ts';
import { Patience } from '../portal/patience.ts';
import { listRequest } from '../portal/requests.ts';
import type { Reads } from '../portal/rounds.ts';
import type { Surroundings } from '../portal/surroundings.ts';
import type { Report } from '../report/report.ts';
import { SecretMasker } from '../secrets/masker.ts';
import type { Settings } from '../settings/settings.ts';
import { planOf } from './plan.ts';
import { Recorder } from './recorder.ts';
import { readSaved } from './saved-response.ts';

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
    requirementSet = usualSet,
    notices = [],
  }: Pick<Settings, 'strict'> & Partial<Pick<Settings, 'baseline' | 'notices' | 'requirementSet'>>,
  all: Register,
): Promise<Report> {
  const register = heldTo(all, requirementSet);
  const startedAt = Date.now();
  const { head, response, secrets } = readSaved(saved);
  const exchange = exchangeOf(response, startedAt);
  const recorder = new Recorder(register);
  recorder.masker.allow(JSON.stringify(register));
  for (const secret of secrets) recorder.masker.addPassword(secret);
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
    requirementSet,
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
  patience: new Patience(0),
  longList: 0,
  mayBeLogged: false,
  signal: new AbortController().signal,
  pause: unreachable,
  journal: new Journal(new SecretMasker()),
  send: unreachable,
};

function exchangeOf(response: IncomingResponse, now: number): Exchange {
  const request = listRequest(reader, 'saved response');
  const curl = `curl -sS -i ${request.curl} "$PORTAL_TARGET${listPath}"`;
  return { request, curl, attempts: 1, sentAt: now, receivedAt: now, response };
}
