import { requirements } from '../../specs/index.ts';
import type { ApiTokenList } from '../contract/api-token.ts';
import type { Finding } from '../contract/finding.ts';
import type { Level } from '../contract/requirement.ts';
import { judgeShape } from '../contract/shape.ts';

/** Whether the parsed body of the list breaks nothing that a MUST requires of its shape. */
export function isApiTokenList(body: unknown): body is ApiTokenList {
  return !validateApiTokenList(body).some(({ level }) => level === 'MUST');
}

/** A requirement that a body breaks, with every kind of mismatch and its first few places. */
export interface ApiTokenListProblem {
  readonly requirement: string;
  readonly level: Level;
  readonly findings: readonly Finding[];
}

/**
 * Validates the parsed body of "List API Tokens" against the JSON Schemas of the
 * contract. Findings describe values and never quote strings.
 *
 * @returns what is broken; empty when nothing is. A `NOTE` never counts.
 */
export function validateApiTokenList(body: unknown): readonly ApiTokenListProblem[] {
  const found = judgeShape(body);
  return requirements.flatMap(({ id, level }) => {
    const findings = found.get(id);
    return findings ? [{ requirement: id, level, findings }] : [];
  });
}
