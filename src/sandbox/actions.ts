import { Inconclusive } from '../contract/finding.ts';
import { attempt, unlessRefused } from './attempt.ts';
import { type Bearer, CallFailed, insisting, isRefusal, isUnknown, noSuchCall } from './caller.ts';
import type { Calls } from './calls.ts';
import { asAnswered, createToken, type Draft } from './create-token.ts';
import type { CreatedToken, CreatedUser } from './created-users.ts';
import { People } from './people.ts';

/** A quota that other work of the run has reached is free again in a moment. */
const quotaPauses = [200, 400, 800];

/** What a check can do with tokens, too. */
export class Actions extends People {
  /** Creates one more token. @throws Inconclusive */
  createToken(owner: CreatedUser): Promise<CreatedToken> {
    return attempt(() => this.#createLater(owner, quotaPauses));
  }

  /** Creates a token that the portal may refuse. @returns undefined when it does @throws Inconclusive */
  async createIfAllowed(
    owner: CreatedUser,
    what: Partial<Pick<Draft, 'isRestricted' | 'hardName' | 'hosts'>>,
  ): Promise<CreatedToken | undefined> {
    try {
      const draft = { kind: 'later', ...what } as const;
      return await createToken(this.calls, this.created, this.names, owner, draft);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      return attempt(() => Promise.reject(error));
    }
  }

  /** Creates some tokens, as many as a quota allows. @throws Inconclusive */
  async createTokens(
    owner: CreatedUser,
    number: number,
  ): Promise<{ tokens: readonly CreatedToken[]; refusal?: string }> {
    const settled = await Promise.allSettled(
      Array.from({ length: number }, () => this.#createLater(owner)),
    );
    const tokens = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    const refusal = errors.find(isRefusal)?.message;
    for (const error of errors) if (!(error instanceof CallFailed)) throw error;
    // One that was lost is replaced by another.
    for (let more = errors.length; more > 0 && refusal === undefined; more -= 1)
      tokens.push(await this.createToken(owner));
    if (refusal === undefined) return { tokens };
    // Others create tokens in the account, too.
    const last = tokens.pop();
    if (last) await this.removeToken(last);
    return { tokens, refusal };
  }

  /** @param pauses before it is tried again when it was refused, in milliseconds */
  async #createLater(
    owner: CreatedUser,
    [pause, ...pauses]: readonly number[] = [],
  ): Promise<CreatedToken> {
    try {
      return await createToken(this.calls, this.created, this.names, owner, { kind: 'later' });
    } catch (error) {
      if (!isRefusal(error) || pause === undefined) throw error;
      await this.calls.pause(pause);
      return this.#createLater(owner, pauses);
    }
  }

  /** Deletes a token. @throws Inconclusive */
  async removeToken(token: CreatedToken): Promise<void> {
    const refusal = await this.removeIfAllowed(token);
    if (refusal !== undefined) throw new Inconclusive(refusal);
  }

  /**
   * Deletes a token, if the portal lets it go.
   *
   * @param by who deletes it: its owner, or another user of the account
   * @returns why it does not
   * @throws Inconclusive
   */
  removeIfAllowed({ id, owner }: CreatedToken, by: Bearer = owner): Promise<string | undefined> {
    return unlessRefused(async () => {
      await this.calls.deleteToken(by, id);
      this.created.tokens.delete(id);
    });
  }

  /**
   * Gives a token another name. @throws Inconclusive
   *
   * @param by who does: its owner, another user of the account, or the token itself
   * @returns the name; undefined when the portal has no such call, or not for them
   */
  async renameToken(token: CreatedToken, by: Bearer = token.owner): Promise<string | undefined> {
    const name = this.names.token();
    const answered = await this.#update(token, { name }, by);
    // The old name is no other form of the new one.
    return answered && (answered.name === token.name ? name : (answered.name ?? name));
  }

  /** Gives a token other restrictions. @returns them; undefined when it cannot @throws Inconclusive */
  async restrictToken(token: CreatedToken, restrictions: unknown): Promise<unknown> {
    const answered = await this.#update(token, { restrictions }, token.owner);
    return answered && (answered.restrictions ?? restrictions);
  }

  /** @returns undefined when the portal has no such call, or not for them @throws Inconclusive */
  async #update(
    { id, owner }: CreatedToken,
    change: Parameters<Calls['updateToken']>[2],
    by: Bearer,
  ) {
    try {
      return await insisting(() => this.calls.updateToken(by, id, change));
    } catch (error) {
      if (error instanceof CallFailed && noSuchCall(error)) return undefined;
      const isOptional = by !== owner || 'restrictions' in change;
      if (isOptional && (isRefusal(error) || isUnknown(error))) return undefined;
      return attempt(() => Promise.reject(error));
    }
  }

  /** Has an administrator create a token for a user. @returns undefined when it cannot be done */
  async administerToken(owner: CreatedUser): Promise<CreatedToken | undefined> {
    try {
      const name = this.names.token();
      const token = await this.calls.createTokenFor(this.administrator, owner, name);
      this.created.tokens.set(token.id, owner);
      return { ...asAnswered(token, null), kind: 'later', owner };
    } catch (error) {
      // It may be there: it goes with its account.
      if (error instanceof CallFailed) return undefined;
      throw error;
    }
  }
}
