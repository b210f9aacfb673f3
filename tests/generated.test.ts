import { expect, test } from 'vitest';
import { run } from './support/cli.ts';

test('no generated file is stale', async () => {
  const { code, stderr } = await run(process.execPath, ['scripts/generate.mjs', '--check']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
