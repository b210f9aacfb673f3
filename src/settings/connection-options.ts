import { flagOfApi, type Option, type Source } from './option.ts';
import { readProxy } from './proxy.ts';
import { readHeaders, readIdentity, readPem, readResolve } from './values.ts';

/** What stands between a run and its target. */
export const connectionOptions = {
  ca: {
    name: 'ca',
    takes: '<file>',
    about: 'also trust the certificate authority in this PEM file',
    isPath: true,
    weakens: true,
    schema: { type: 'string' },
    read: ({ reader }: Source): { readonly pem: string; readonly file: string } | undefined => {
      const file = reader.text('ca');
      return file === undefined ? undefined : { file, pem: readPem(file) };
    },
  },
  cert: {
    name: 'cert',
    takes: '<file>',
    about: 'client certificate (PEM), for a server that asks for one',
    isPath: true,
    weakens: true,
    schema: { type: 'string' },
    read: ({ reader, variables }: Source) => {
      const file = reader.text('cert');
      return file === undefined ? undefined : readIdentity(file, '--cert', variables);
    },
  },
  key: {
    name: 'key',
    takes: '<file>',
    about: 'its private key (PEM), if not in the same file; PORTAL_KEY_PASSPHRASE decrypts it',
    isPath: true,
    weakens: true,
    schema: { type: 'string' },
    read: ({ reader, variables }: Source) => {
      const file = reader.text('key');
      return file === undefined ? undefined : readIdentity(file, '--key', variables);
    },
  },
  headers: {
    name: 'header',
    takes: '<name=variable>',
    about: 'header to send with every request, for a gateway in front; its value from a variable',
    several: '\n' as const,
    weakens: true,
    member: 'headers',
    schema: { type: 'array', items: { type: 'string', pattern: '^[^=]+=[A-Za-z_]\\w*$' } },
    read: ({ reader, variables }: Source) => readHeaders(reader.lines('header'), variables),
  },
  proxy: {
    name: 'proxy',
    takes: '<url>',
    about: 'proxy to go through, by CONNECT (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); none for none',
    weakens: true,
    schema: { type: 'string' },
    read: ({ reader, variables }: Source) =>
      readProxy(reader.text('proxy'), variables, reader.text('target')),
  },
  resolve: {
    name: 'resolve',
    takes: '<host:port:address>',
    about: "address to connect to for the target's host, as of curl",
    weakens: true,
    schema: { type: 'string' },
    read: ({ reader }: Source) => readResolve(reader.text('resolve'), reader.text('target')),
  },
  insecure: {
    ...flagOfApi({ name: 'insecure', about: 'do not verify the TLS certificate' }),
    weakens: true,
  },
} satisfies Record<string, Option>;
