import { Misconfigured } from '../contract/misconfigured.ts';
import { type SandboxAdapter, troubleOfAdapter } from '../sandbox/adapter.ts';

/** An adapter, or what gives one for the URL of the portal. */
export type SandboxSource =
  | SandboxAdapter
  | ((target: string) => SandboxAdapter | Promise<SandboxAdapter>);

/** Loads the adapter of a run. @throws Misconfigured for what is none */
export async function adapterOf(source: unknown, target: string): Promise<SandboxAdapter> {
  const adapter = typeof source === 'function' ? await call(source as Giving, target) : source;
  const trouble = troubleOfAdapter(adapter);
  if (trouble !== undefined) throw new Misconfigured(trouble);
  return adapter as SandboxAdapter;
}

/** Loads the default export of a module as an adapter. @throws Misconfigured */
export async function adapterIn(path: string, target: string): Promise<SandboxAdapter> {
  const { importModule } = await import('./import-module.ts');
  const loaded = await importModule(path).catch((error) => {
    throw new Misconfigured(`--sandbox cannot be loaded (${whyOf(error)}): ${path}`);
  });
  return adapterOf(loaded.default, target);
}

type Giving = (target: string) => unknown;

async function call(give: Giving, target: string): Promise<unknown> {
  try {
    return await give(target);
  } catch (error) {
    throw new Misconfigured(`The sandbox could not be created (${whyOf(error)}).`);
  }
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? `${error.name}: ${error.message.split('\n')[0]}`;
}
