import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { schemaErrors } from './schema.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, 'dist/src/cli.js');

export interface Called {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The report that every run is asked for. */
  readonly report: Report;
  /** Everything that the run wrote, anywhere. */
  readonly everything: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Calls the command as a user does, in a process of its own with none of our
 * PORTAL_ variables, and asks for a report, which must be what its schema says.
 *
 * @param onStart is told when the process has started
 */
export async function portalConformance(
  args: readonly string[],
  variables: Variables = {},
  onStart: (kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Called> {
  const folder = mkdtempSync(join(tmpdir(), 'portal-conformance-'));
  const path = join(folder, 'report.json');
  try {
    const isRun = !['list', '--help', '--version'].includes(args[0] ?? '');
    const all = isRun ? [...args, '--report', `json=${path}`] : args;
    const ended = await run(process.execPath, [command, ...all], variables, onStart);
    const text = isRun ? readFileSync(path, 'utf8') : '{}';
    const report: Report = JSON.parse(text);
    if (isRun) {
      expect(schemaErrors('report', report)).toEqual([]);
      expect(report.exitCode).toBe(ended.code);
    }
    expect(ended.stdout + ended.stderr).not.toMatch(/\n\s+at .+:\d+:\d+/);
    return { ...ended, report, everything: ended.stdout + ended.stderr + text };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  variables: Variables = {},
  onStart: (kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(PORTAL_|VITEST|TEST_|NODE_OPTIONS)/.test(name),
    ),
  );
  const child = spawn(program, args, {
    cwd: root,
    env: { ...env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  onStart((signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
