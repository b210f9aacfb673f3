import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';

const names = ['CALLER_TOKEN', 'CALLER_SESSION', 'TEAMMATE_TOKEN', 'OUTSIDER_TOKEN'];
const tokens = names.map((name) => [`PORTAL_${name}`, randomBytes(16).toString('hex')]);
const env = { ...process.env, ...Object.fromEntries(tokens) };

const portal = spawn('python3', ['portal.py'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
const [url] = await once(portal.stdout, 'data');

const { status } = spawnSync('npx', ['--no-install', 'portal-conformance', String(url).trim()], {
  ...{ env, stdio: 'inherit' },
});
portal.kill();
process.exitCode = status ?? 1;
