import { apiPath, listPath } from '../http/target.ts';
import { flatten, type JsonObject } from './flatten.ts';

/** What of a requirement an export names. */
export interface Named {
  readonly id: string;
  readonly source: string;
  readonly excluded?: string;
}

/** What the document is derived from. */
export interface Origins {
  readonly version: string;
  readonly requirements: readonly Named[];
  /** One of `schemas/`, by its name. */
  readonly schemaOf: (name: string) => JsonObject;
  /** The contract's own example of a list. */
  readonly example: unknown;
}

const derived =
  'Derived by portal-conformance from its JSON Schemas and its register of requirements. The vendor does not publish it, and its documentation decides.';

/**
 * "List API Tokens" as an OpenAPI 3.1 document. `x-requirement` names the requirements that stand
 * behind an operation, a response and each part of a schema.
 */
export function openApiOf({ version, requirements, schemaOf, example }: Origins): JsonObject {
  const ids = (...sources: string[]) =>
    requirements
      .filter(({ source, excluded }) => sources.includes(source) && excluded === undefined)
      .map(({ id }) => id);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vector Charts Portal API: List API Tokens (derived)',
      version,
      description: derived,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      {
        url: `https://{host}${apiPath}`,
        variables: { host: { default: 'charts.example.com:9909' } },
      },
    ],
    security: [{ bearer: [] }],
    tags: [{ name: 'API tokens', description: 'Bearer tokens of an account.' }],
    paths: {
      [listPath.slice(apiPath.length)]: {
        get: {
          operationId: 'listApiTokens',
          summary: 'List API Tokens',
          description:
            "The API tokens of the caller's account, with an API token or a session token of a user of it.",
          tags: ['API tokens'],
          'x-requirement': ids('Description', 'Authentication', 'GET /api/portal/v1/apiTokens'),
          responses: {
            200: {
              description: 'The tokens of every user of the account.',
              'x-requirement': ids('Response Schema'),
              content: {
                'application/json': {
                  schema: { $ref: '#/components/schemas/ApiTokenList' },
                  examples: { contract: { summary: 'As the contract shows it', value: example } },
                },
              },
            },
            401: {
              description: 'There is no Authorization header, or no valid token in it.',
              'x-requirement': ids('Error Responses, 401 Unauthorized'),
            },
          },
        },
      },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        ApiTokenList: flatten(schemaOf('api-token-list')),
        ApiToken: flatten(schemaOf('api-token')),
        Restrictions: flatten(schemaOf('restrictions')),
      },
    },
  };
}
