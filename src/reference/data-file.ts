import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Seed, seed } from './seed.ts';
import { Store } from './store.ts';

/** What a file of data is not: that of a portal, or one that can be read. */
export class WrongData extends Error {
  override readonly name = 'WrongData';
}

/** A portal whose state is in a file of JSON, with every token and password: for its user alone. */
export interface DataFile {
  /** What the file holds, or what a new one begins with. */
  readonly seeded: Seed;
  /** Writes the state beside the file, and renames it. */
  readonly save: (seeded: Seed) => void;
}

/**
 * Opens a file of data, or begins one.
 *
 * @param admin the administrator of a new one
 * @throws WrongData
 */
export function openData(path: string, admin?: Seed['admin']): DataFile {
  const seeded = existsSync(path) ? read(path) : seed(undefined, admin);
  let written = '';
  const save = ({ store, credentials, admin: login }: Seed) => {
    const state = { version: 1, admin: login, credentials: [...credentials], store };
    const text = `${JSON.stringify(state, undefined, 2)}\n`;
    if (text === written) return;
    const draft = `${path}.${process.pid}.tmp`;
    try {
      writeFileSync(draft, text, { mode: 0o600 });
      renameSync(draft, path);
    } catch (error) {
      throw new WrongData(`cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
    written = text;
  };
  save(seeded);
  return { seeded, save };
}

function read(path: string): Seed {
  try {
    const { version, admin, credentials, store } = JSON.parse(readFileSync(path, 'utf8'));
    if (version !== 1) throw new Error('another version');
    const loaded = new Store();
    loaded.load(store);
    return { store: loaded, credentials: new Map(credentials), admin };
  } catch {
    throw new WrongData('is not a file of data of this command');
  }
}
