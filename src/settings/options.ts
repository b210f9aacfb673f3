import { formats } from '../report/formats/formats.ts';
import { configName } from './config-name.ts';

export interface Option {
  /** As on the command line; its variable is PORTAL_ and the name in capitals. */
  readonly name: string;
  /** What it takes: `<x>` a value, `[x]` a value or nothing; a flag without. */
  readonly takes?: string;
  readonly about: string;
  /** What joins the values of an option that may be given several times. */
  readonly several?: ',' | '\n';
}

/** Every option of a run, each also read from its variable. */
export const options: readonly Option[] = [
  {
    name: 'profile',
    takes: '<profile>',
    about:
      'read-only, or full: make users and tokens, and remove them (full with an administrator alone)',
  },
  { name: 'seed', takes: '<number>', about: 'of the names that a full run makes (random)' },
  {
    name: 'only',
    takes: '<ids>',
    about: 'judge these requirements or topics only, separated by commas',
    several: ',',
  },
  { name: 'skip', takes: '<ids>', about: 'leave these requirements or topics out', several: ',' },
  { name: 'strict', about: 'a broken SHOULD fails' },
  {
    name: 'allow-untested',
    takes: '[ids]',
    about: 'accept untested MUSTs: these, or all',
    several: ',',
  },
  {
    name: 'allow-token-in-url',
    about: 'nothing on the way logs: send given tokens in a URL and as a Basic user name, too',
  },
  { name: 'timeout', takes: '<seconds>', about: 'per request (10)' },
  { name: 'deadline', takes: '<seconds>', about: 'for the whole run (120)' },
  {
    name: 'settle',
    takes: '<seconds>',
    about: 'how long a change may take to show everywhere (10)',
  },
  { name: 'concurrency', takes: '<number>', about: 'requests under way at once (16)' },
  {
    name: 'origin',
    takes: '<origin>',
    about: 'sent as Origin, for tokens that are restricted to hosts',
  },
  { name: 'ca', takes: '<file>', about: 'trust this certificate authority (PEM) too' },
  { name: 'insecure', about: 'do not verify the TLS certificate' },
  {
    name: 'image',
    takes: '<name>',
    about: 'start this image and judge it with the full profile; several, one after the other',
    several: ',',
  },
  {
    name: 'image-env',
    takes: '<k=v>',
    about: 'an environment variable of the image; K alone takes its value from here',
    several: '\n',
  },
  { name: 'image-port', takes: '<number>', about: 'the port of the image (9909)' },
  {
    name: 'startup-timeout',
    takes: '<seconds>',
    about: 'how long an image may take to answer (120)',
  },
  {
    name: 'report',
    takes: '<format=path>',
    about: `write the report as ${formats.join(', ')}; - is standard output`,
    several: ',',
  },
  { name: 'baseline', takes: '<file>', about: 'known failures, which do not fail' },
  { name: 'config', takes: '<file>', about: `the configuration file (${configName})` },
  { name: 'quiet', about: 'print the outcome alone' },
  { name: 'verbose', about: 'print every requirement' },
];
