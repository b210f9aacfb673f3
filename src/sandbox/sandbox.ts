import { Inconclusive } from '../contract/finding.ts';
import type { CredentialName, Persona } from '../contract/requirement.ts';
import { Actions } from './actions.ts';
import { adapterToken } from './adapted-calls.ts';
import type { Administrator } from './administrator.ts';
import type { CreatedToken, CreatedUser, TokenKind } from './created-users.ts';
import type { SandboxMeans } from './people.ts';

/** The users and tokens that a run of the full profile created, and the means to create more. */
export class Sandbox extends Actions {
  readonly users: ReadonlyMap<Persona, CreatedUser>;
  readonly tokens: readonly CreatedToken[];
  /** Kinds of which no token could be created, with the reason. */
  readonly #lacking: ReadonlyMap<TokenKind, string>;

  constructor(
    administrator: Administrator,
    users: ReadonlyMap<Persona, CreatedUser>,
    tokens: readonly CreatedToken[],
    lacking: ReadonlyMap<TokenKind, string>,
    means: SandboxMeans,
  ) {
    super(administrator, means);
    this.users = users;
    this.tokens = tokens;
    this.#lacking = lacking;
  }

  /** By how much the server's clock is ahead of ours, in milliseconds, if a creating call showed it. */
  get clockOffset(): number | undefined {
    return this.tokens.find(({ clockOffset }) => clockOffset !== undefined)?.clockOffset;
  }

  /** Whether what users do goes out with their own tokens, and not through an adapter. */
  get isDirect(): boolean {
    return this.administrator.token !== adapterToken;
  }

  user(persona: Persona): CreatedUser {
    const user = this.users.get(persona);
    if (!user) throw new Inconclusive(`the sandbox has no createUser()`, 'untested');
    return user;
  }

  /** A user whose bearer is a session. */
  session(persona: Persona): CreatedUser {
    const user = this.user(persona);
    if (!user.hasSession) throw new Inconclusive('the sandbox has no login()', 'untested');
    return user;
  }

  /** What of an adapter a credential would need; undefined where the run tried to create it. */
  lackFor(name: CredentialName): string | undefined {
    const user = this.users.get(name.split('.')[0] as Persona);
    if (!user) return 'the sandbox has no createUser()';
    return name.endsWith('session') && !user.hasSession ? 'the sandbox has no login()' : undefined;
  }

  /** Why there is no token of a kind. */
  whyLacking(kind: TokenKind): string {
    return this.#lacking.get(kind) ?? 'it was not tried';
  }

  /** The tokens of some kinds and personas. @throws Inconclusive when there is none */
  tokensOf(kinds: readonly TokenKind[], personas: readonly Persona[]): readonly CreatedToken[] {
    const tokens = this.tokens.filter(
      ({ kind, owner }) => kinds.includes(kind) && personas.includes(owner.persona),
    );
    const why = kinds.map((kind) => this.#lacking.get(kind)).find((one) => one !== undefined);
    if (tokens.length > 0 || why === undefined) return tokens;
    throw new Inconclusive(`a token to judge it by could not be created: ${why}`);
  }
}
