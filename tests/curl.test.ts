import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Reference, startReference } from '../src/reference/start.ts';
import type { ExchangeReport, Report } from '../src/report/report.ts';
import { run } from './support/cli.ts';
import { judge, variablesOf } from './support/judge.ts';

const haveCurl = spawnSync('bash', ['-c', 'curl --version']).status === 0;

let portal: Reference;
let report: Report;

beforeAll(async () => {
  portal = await startReference();
  report = await judge(portal);
});

afterAll(() => portal.close());

test.skipIf(!haveCurl)(
  'needs curl: the command of every exchange gets the same answer again',
  async () => {
    const exchanges = new Map<string, ExchangeReport>();
    for (const { exchanges: own } of report.requirements)
      for (const one of own) exchanges.set(one.curl, one);
    expect(exchanges.size).toBeGreaterThan(30);
    for (const { curl, status, credential } of exchanges.values()) {
      const again = await run('bash', ['-c', curl], variablesOf(portal));
      expect(`${credential}: ${/^HTTP\/1\.1 (\d+)/.exec(again.stdout)?.[1]}`).toBe(
        `${credential}: ${status}`,
      );
    }
  },
);
