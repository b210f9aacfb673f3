/** The configuration file that is read when no other is named. */
export const configName = 'portal-conformance.config.json';
