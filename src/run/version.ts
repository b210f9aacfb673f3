import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The version of this package. */
export const version: string = require('portal-conformance/package.json').version;

/** The SHA-256 of what the build made of this suite; undefined where it was not built. */
export const digest: string | undefined = builtDigest();

function builtDigest(): string | undefined {
  try {
    return require('#validators/digest');
  } catch {
    return undefined;
  }
}
