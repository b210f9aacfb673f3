import { certify } from '../../src/reference/certify.ts';
import { createAuthority } from '../support/tls.ts';
import { freePort, type Program, startProgram } from './program.ts';

/** A server of the world in front of portals: TLS by a private CA, and below a path. */
export interface Front extends Program {
  /** `https://localhost:8443/charts` */
  readonly url: string;
  /** The certificate of the authority that signed its certificate, in PEM. */
  readonly ca: string;
}

export const prefix = '/charts';

const certificate = await certify(['localhost']);

/** Host and port of a portal. */
export function addressOf(url: string): string {
  return new URL(url).host;
}

function frontOf(port: number, program: Program): Front {
  return { ...program, url: `https://localhost:${port}${prefix}`, ca: certificate.ca };
}

/** What of a configuration of nginx is different from one test to the next. */
export interface NginxParts {
  /** Before everything else. */
  readonly main?: string;
  /** Inside http: upstreams, zones, maps. */
  readonly http?: string;
  /** Inside the location of the portal. */
  readonly location?: string;
  /** More locations. */
  readonly server?: string;
  /** Inside server, for TLS. */
  readonly tls?: string;
  readonly files?: Record<string, string>;
}

/** @param upstreams URLs of the processes of the portal */
export async function nginx(upstreams: readonly string[], parts: NginxParts = {}): Promise<Front> {
  const port = await freePort();
  const config = (folder: string) => `
${parts.main ?? ''}
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
worker_processes 1;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream portal {
    ${upstreams.map((url) => `server ${addressOf(url)};`).join('\n    ')}
    keepalive 16;
  }
  ${(parts.http ?? '').replaceAll('FOLDER', folder)}
  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    ${(parts.tls ?? '').replaceAll('FOLDER', folder)}
    ${(parts.server ?? '').replaceAll('FOLDER', folder)}
    location ${prefix}/ {
      proxy_pass http://portal/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      ${(parts.location ?? '').replaceAll('FOLDER', folder)}
    }
  }
}
`;
  const files = (folder: string) => ({
    'nginx.conf': config(folder),
    'cert.pem': certificate.cert,
    'key.pem': certificate.key,
    'ca.pem': certificate.ca,
    ...parts.files,
  });
  const program = await startProgram(port, files, (folder) => [
    'nginx',
    '-c',
    `${folder}/nginx.conf`,
    '-e',
    `${folder}/error.log`,
  ]);
  return frontOf(port, program);
}

/** The OWASP core rule set before a portal, at a level of paranoia from 1 to 4. */
export function coreRuleSet(upstream: string, paranoia: number): Promise<Front> {
  const rules = `
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess Off
SecAuditEngine Off
SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:200001,phase:1,pass,t:none,nolog,ctl:requestBodyProcessor=JSON"
SecAction "id:900000,phase:1,pass,t:none,nolog,setvar:tx.paranoia_level=${paranoia},setvar:tx.blocking_paranoia_level=${paranoia}"
SecAction "id:900200,phase:1,pass,t:none,nolog,setvar:'tx.allowed_methods=GET HEAD POST OPTIONS DELETE'"
Include /etc/modsecurity/crs/crs-setup.conf
Include /usr/share/modsecurity-crs/rules/*.conf
# Or no JSON at all could be posted at level 4.
SecRuleUpdateTargetById 920273 "!REQUEST_BODY"
`;
  return nginx([upstream], {
    main: [
      'load_module /usr/lib/nginx/modules/ndk_http_module.so;',
      'load_module /usr/lib/nginx/modules/ngx_http_modsecurity_module.so;',
    ].join('\n'),
    location: 'modsecurity on; modsecurity_rules_file FOLDER/rules.conf;',
    files: { 'rules.conf': rules },
  });
}

/** @param more lines of the frontend */
export async function haproxy(
  upstreams: readonly string[],
  more = '',
  balance = 'leastconn',
): Promise<Front> {
  const port = await freePort();
  const config = (folder: string) => `
global
  maxconn 200
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend portal
  bind 127.0.0.1:${port} ssl crt ${folder}/both.pem
  ${more}
  http-request replace-path ${prefix}(/.*) \\1
  default_backend processes
backend processes
  balance ${balance}
  ${upstreams.map((url, index) => `server process${index} ${addressOf(url)}`).join('\n  ')}
`;
  const program = await startProgram(
    port,
    (folder) => ({
      'haproxy.cfg': config(folder),
      'both.pem': `${certificate.cert}\n${certificate.key}`,
    }),
    (folder) => ['haproxy', '-f', `${folder}/haproxy.cfg`],
  );
  return frontOf(port, program);
}

/** varnish, with haproxy before it, for it has no TLS. */
export async function varnish(upstream: string, more = ''): Promise<Front> {
  const port = await freePort();
  const { hostname, port: portalPort } = new URL(upstream);
  const vcl = `
vcl 4.1;
backend portal { .host = "${hostname}"; .port = "${portalPort}"; }
${more}
`;
  const program = await startProgram(
    port,
    () => ({ 'portal.vcl': vcl }),
    (folder) => [
      'varnishd',
      '-F',
      ...['-a', `127.0.0.1:${port}`],
      ...['-f', `${folder}/portal.vcl`],
      ...['-n', `${folder}/work`],
      ...['-s', 'malloc,32m'],
    ],
  );
  const front = await haproxy([`http://127.0.0.1:${port}`]);
  const close = async () => {
    await front.close();
    await program.close();
  };
  return { ...front, close };
}

/** What every configuration of squid says. */
function squidBasics(folder: string): string {
  return `
cache_mem 8 MB
pid_filename ${folder}/pid
cache_log stdio:/dev/stderr
access_log none
coredump_dir ${folder}
visible_hostname localhost
pinger_enable off
shutdown_lifetime 0 seconds
`;
}

/**
 * squid as it stands between a company and the world.
 *
 * @param rules what it does before it lets everybody pass
 */
export async function forwardProxy(rules = ''): Promise<Program & { readonly url: string }> {
  const port = await freePort();
  const config = (folder: string) => `
http_port 127.0.0.1:${port}
acl tunnel method CONNECT
${rules}
http_access allow tunnel
http_access deny all
${squidBasics(folder)}`;
  const program = await startProgram(
    port,
    (folder) => ({ 'squid.conf': config(folder) }),
    (folder) => ['squid', '-N', '-f', `${folder}/squid.conf`],
  );
  return { ...program, url: `http://127.0.0.1:${port}` };
}

/** squid as it stands where a company reads what is sent over TLS: it shows certificates of its own. */
export async function inspectingProxy(): Promise<
  Program & { readonly url: string; readonly ca: string }
> {
  const port = await freePort();
  const authority = await createAuthority('inspector');
  const config = (folder: string) => `
http_port 127.0.0.1:${port} ssl-bump generate-host-certificates=on dynamic_cert_mem_cache_size=4MB tls-cert=${folder}/inspector.pem tls-key=${folder}/inspector.key
sslcrtd_program /usr/lib/squid/security_file_certgen -s ${folder}/certificates -M 4MB
sslcrtd_children 1
acl beginning at_step SslBump1
ssl_bump peek beginning
ssl_bump bump all
tls_outgoing_options cafile=${folder}/known.pem
http_access allow all
${squidBasics(folder)}`;
  const program = await startProgram(
    port,
    (folder) => ({
      'squid.conf': config(folder),
      'known.pem': certificate.ca,
      'inspector.pem': authority.cert,
      'inspector.key': authority.private,
    }),
    (folder) => [
      'sh',
      '-c',
      `/usr/lib/squid/security_file_certgen -c -s ${folder}/certificates -M 4MB && chmod -R a+rwX ${folder} && exec squid -N -f ${folder}/squid.conf`,
    ],
  );
  return { ...program, url: `http://127.0.0.1:${port}`, ca: authority.cert };
}

/**
 * squid as a reverse proxy; it changes no path, so the portal itself is below the prefix.
 *
 * @param peer more of the line of the portal; without `login=PASSTHRU` squid keeps Authorization
 */
export async function squid(upstream: string, peer = 'login=PASSTHRU'): Promise<Front> {
  const port = await freePort();
  const { hostname, port: portalPort } = new URL(upstream);
  const config = (folder: string) => `
https_port 127.0.0.1:${port} accel defaultsite=localhost tls-cert=${folder}/cert.pem tls-key=${folder}/key.pem
cache_peer ${hostname} parent ${portalPort} 0 no-query originserver name=portal ${peer}
http_access allow all
cache_peer_access portal allow all
${squidBasics(folder)}`;
  const program = await startProgram(
    port,
    (folder) => ({
      'squid.conf': config(folder),
      'cert.pem': certificate.cert,
      'key.pem': certificate.key,
    }),
    (folder) => ['squid', '-N', '-f', `${folder}/squid.conf`],
  );
  return frontOf(port, program);
}
