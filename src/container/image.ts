import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Misconfigured } from '../contract/misconfigured.ts';
import { delay } from '../http/delay.ts';
import { listPath } from '../http/target.ts';
import { lastLines } from './log.ts';

/** How an image of the server is started. */
export interface ImageSettings {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  readonly startupTimeoutMs: number;
}

export interface StartedImage {
  /** Where its port can be reached from here. */
  readonly url: string;
  /** What the engine says which image it is: `sha256:...`. */
  readonly digest: string | undefined;
  /** Removes the container and its volumes. */
  readonly remove: () => Promise<void>;
}

/** The container did not come up; its last log lines may tell why. They hold no secret. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted';
  readonly log: readonly string[];
  constructor(message: string, log: readonly string[] = []) {
    super(message);
    this.log = log;
  }
}

/** There is no such image here, nor can it be pulled. */
export class NoImage extends Misconfigured {}

/** Found with `docker ps --all --filter label=portal-conformance`. */
const label = 'portal-conformance';

/**
 * Starts a container from an image and waits until it answers HTTP on the path of
 * the list, whatever it answers. It needs no shell inside the image, and no helper
 * image: whatever happens, the container is removed here.
 *
 * @throws Misconfigured without testcontainers, without an engine, or without the image
 * @throws NotStarted when nothing answers within the bound, or the signal comes first
 */
export async function startImage(
  { image, environment, port, startupTimeoutMs }: ImageSettings,
  signal: AbortSignal,
): Promise<StartedImage> {
  const { GenericContainer, getContainerRuntimeClient } = await loadTestcontainers();
  const client = await getContainerRuntimeClient().catch(() => {
    throw new Misconfigured(
      'No container engine answers: --image needs Docker, or Podman with its Docker socket (DOCKER_HOST).',
    );
  });
  const engine = client.container.dockerode;
  const mark = randomBytes(8).toString('hex');
  const containers = async () => {
    const found = await engine.listContainers({
      all: true,
      filters: { label: [`${label}=${mark}`] },
    });
    return found.map(({ Id }) => engine.getContainer(Id));
  };
  const remove = async () => {
    for (const one of await containers()) await one.remove({ force: true, v: true }).catch(gone);
  };
  const until = Date.now() + startupTimeoutMs;
  let starting: Promise<unknown> = Promise.resolve();
  try {
    const start = new GenericContainer(image)
      .withEnvironment(environment)
      .withExposedPorts(port)
      .withSharedMemorySize(256 * 1024 ** 2)
      .withLabels({ [label]: mark })
      .withAutoCleanup(false)
      .withWaitStrategy(noWait())
      .start();
    starting = start.catch(gone);
    const started = await orAborted(start, signal);
    const address = `${started.getHost()}:${started.getMappedPort(port)}`;
    const isRunning = async () => {
      const [container] = await containers();
      return (await container?.inspect())?.State.Running === true;
    };
    const url = await answering(address, isRunning, until, signal);
    const [container] = await containers();
    const id = (await container?.inspect())?.Image;
    return { url, digest: id && (await digestOf(engine.getImage(id), id)), remove };
  } catch (error) {
    const enough = new AbortController();
    await Promise.race([starting, delay(patienceMs, enough.signal)]);
    enough.abort();
    // An image that is not there leaves no container.
    const [container] = await containers().catch(() => []);
    const log = container ? await lastLines(container, Object.values(environment)) : [];
    await remove();
    // What is still being created would appear after the removal.
    void starting.then(remove, gone);
    if (error instanceof NotStarted) throw new NotStarted(error.message, log);
    if (container) throw new NotStarted('The container could not be started.', log);
    throw new NoImage(
      `The image is not available: ${nameOf(image)}. Pull it first, or log in to its registry.`,
    );
  }
}

/** The digest by which registries know an image, or else that by which this engine does. */
async function digestOf(
  image: { inspect: () => Promise<{ RepoDigests?: readonly string[] }> },
  id: string,
): Promise<string> {
  const { RepoDigests: [named] = [] } = await image.inspect().catch(() => ({ RepoDigests: [] }));
  return named?.split('@')[1] ?? id;
}

async function loadTestcontainers() {
  // Its debug log shows the environment of the container.
  delete process.env.DEBUG;
  try {
    return await import('testcontainers');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Misconfigured('--image needs testcontainers: npm install testcontainers');
  }
}

/** What was pasted in place of a name is not repeated. */
function nameOf(image: string): string {
  return /^[\w./:@-]{1,200}$/.test(image) ? image : 'not an image name';
}

/** A strategy that leaves the waiting to us, who stop at a signal and at an exit. */
function noWait() {
  return {
    waitUntilReady: async () => {},
    withStartupTimeout() {
      return this;
    },
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => 0,
  };
}

function orAborted<T>(started: Promise<T>, signal: AbortSignal): Promise<T> {
  started.catch(() => {});
  return new Promise((resolve, reject) => {
    const abort = () => reject(new NotStarted(`Startup was interrupted (${signal.reason}).`));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    started.then(resolve, reject);
  });
}

/** Waits for any answer, of TLS or in plain text. @returns the base URL */
async function answering(
  address: string,
  isRunning: () => Promise<boolean>,
  until: number,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    // TLS first: a server that speaks it answers plain text too, with an error.
    for (const scheme of ['https', 'http'] as const) {
      if (await answers(`${scheme}://${address}${listPath}`)) return `${scheme}://${address}`;
    }
    if (signal.aborted) throw new NotStarted(`Startup was interrupted (${signal.reason}).`);
    if (!(await isRunning())) throw new NotStarted('The container has ended.');
    if (Date.now() > until)
      throw new NotStarted('The container did not answer over HTTP before the timeout.');
    await delay(200, signal);
  }
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    // A local port answers or refuses at once; what hangs is tried again until the bound.
    const options = { timeout: 2000, rejectUnauthorized: false };
    const request = (url.startsWith('https') ? httpsRequest : httpRequest)(url, options);
    request.on('response', (response) => {
      response.destroy();
      resolve(true);
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false));
    request.end();
  });
}

/** How long a start that was given up is waited for, so that it can be removed. */
const patienceMs = 15_000;

function gone(): void {}
