/**
 * The headings and fields of "List API Tokens", in its order. Every one is
 * covered by a requirement, or named by one that says why it cannot be observed.
 */
export const outline = [
  'GET /api/portal/v1/apiTokens',
  'Description',
  'Authentication',
  'Response Schema',
  'Response Schema, id',
  'Response Schema, name',
  'Response Schema, userId',
  'Response Schema, userEmail',
  'Response Schema, createdAt',
  'Response Schema, lastUsedAt',
  'Response Schema, restrictions',
  'Error Responses, 401 Unauthorized',
  'Example Request',
  'Example Response',
] as const;

export type Heading = (typeof outline)[number];

/** Where a requirement comes from: a heading of the contract, or a section of an RFC. */
export type Source = Heading | `RFC ${number}, section ${string}`;
