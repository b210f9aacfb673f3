import { describe } from '../contract/describe.ts';
import { structureOf } from '../contract/structure.ts';
import { type Exchange, mediaType, nameMediaType } from '../http/exchange.ts';
import { readJson } from '../http/json-text.ts';
import type { ExchangeReport } from '../report/report.ts';
import { headOf } from './head.ts';

/**
 * An exchange as evidence: everything of it but the target's values.
 *
 * @param keep keeps the structure of a body or a head, and returns where
 */
export function asEvidence(
  exchange: Exchange,
  keep: (structure: string) => number,
): ExchangeReport {
  const { request, curl, attempts, sentAt, receivedAt, response, failure } = exchange;
  return {
    request: `GET ${request.path}${request.query ? request.query.shell : ''}`,
    credential: request.credential,
    purpose: request.purpose,
    attempts,
    status: response?.status ?? null,
    mediaType: (response && nameMediaType(mediaType(response))) ?? null,
    bytes: response?.body.length ?? null,
    durationMs: receivedAt - sentAt,
    received: response ? shapeOf(response.body) : null,
    body: response ? keepStructure(response.body, keep) : null,
    ...(attempts > 0 ? { sentAt } : {}),
    ...(response && response.rawHeaders.length > 0 ? { head: keep(headOf(response)) } : {}),
    failure: failure?.sentence ?? null,
    curl,
  };
}

function shapeOf(body: Buffer): string {
  if (body.length === 0) return 'no body';
  const { problem, value } = readJson(body);
  return problem ?? describe(value);
}

function keepStructure(body: Buffer, keep: (structure: string) => number): number | null {
  const { problem, value } = readJson(body);
  if (problem || typeof value !== 'object' || value === null) return null;
  const structure = structures.get(body) ?? structureOf(value);
  structures.set(body, structure);
  return keep(structure);
}

/** Many requirements rest on the same answers. */
const structures = new WeakMap<Buffer, string>();
