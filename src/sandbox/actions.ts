import pLimit from 'p-limit';
import { Inconclusive } from '../contract/finding.ts';
import { saysTheSame } from '../contract/json.ts';
import { attempt, insistOnEnd, mayBeDone, unlessRefused } from './attempt.ts';
import {
  type Bearer,
  CallFailed,
  insisting,
  isOverwhelmed,
  isRefusal,
  isUnknown,
  noSuchCall,
} from './caller.ts';
import type { Calls } from './calls.ts';
import { asAnswered, createToken, type Draft, findLost } from './create-token.ts';
import type { CreatedToken, CreatedUser } from './created-users.ts';
import { People } from './people.ts';

/** A quota that other work of the run has reached is free again in a moment. */
const quotaPauses = [200, 400, 800];

/** So many of many tokens are created at once: half of what writes, for others create, too. */
const mostOfMany = 8;

/** What a check can do with tokens, too. */
export class Actions extends People {
  /** Creates one more token. @throws Inconclusive */
  createToken(owner: CreatedUser): Promise<CreatedToken> {
    return attempt(() => this.#createLater(owner, quotaPauses));
  }

  /** Creates a token that the portal may refuse. @returns undefined when it does @throws Inconclusive */
  async createIfAllowed(
    owner: CreatedUser,
    what: Partial<Pick<Draft, 'isRestricted' | 'hardName' | 'hosts' | 'more'>>,
  ): Promise<CreatedToken | undefined> {
    try {
      const draft = { kind: 'later', ...what } as const;
      return await createToken(this.calls, this.created, this.names, owner, draft);
    } catch (error) {
      if (isRefusal(error) || isOverwhelmed(error)) return undefined;
      return attempt(() => Promise.reject(error));
    }
  }

  /** Creates some tokens, as many as a quota allows. @throws Inconclusive */
  async createTokens(
    owner: CreatedUser,
    number: number,
  ): Promise<{ tokens: readonly CreatedToken[]; refusal?: string }> {
    const limit = pLimit(mostOfMany);
    const settled = await Promise.allSettled(
      Array.from({ length: number }, () => limit(() => this.#createLater(owner))),
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
  removeIfAllowed(token: CreatedToken, by: Bearer = token.owner): Promise<string | undefined> {
    const { id } = token;
    return unlessRefused(async () => {
      // A token that has deleted itself is not known any more.
      const gone = by.token === id ? [401, 404] : [404];
      const end = (again: boolean) => this.calls.deleteToken(by, id, again);
      await insistOnEnd(end, ...gone).catch(async (error) => {
        const isNothing = error instanceof CallFailed && gone.includes(error.status ?? 0);
        if (!isNothing || !(await this.#isGone(token, gone))) throw error;
      });
      this.created.tokens.delete(id);
    });
  }

  /** Whether a deletion found nothing because it was carried out before: some proxies send it again themselves. */
  async #isGone(
    { id, owner, name }: CreatedToken,
    gone: readonly (number | undefined)[],
  ): Promise<boolean> {
    const isNothing = (error: unknown) =>
      error instanceof CallFailed && gone.includes(error.status);
    if (name === undefined) return false;
    try {
      if ((await this.calls.findTokens(owner, name)).includes(id)) return false;
    } catch (error) {
      // Who was to delete themselves and is known no more has done so.
      return owner.token === id && isNothing(error);
    }
    // One process may not know it, and another may.
    return this.calls.deleteToken(owner, id, true).then(() => true, isNothing);
  }

  /** Asks for the deletion of a token that is not to be had. @returns whether it may have been done */
  mayRemove({ id }: CreatedToken, by: Bearer): Promise<boolean> {
    return mayBeDone(() => this.calls.deleteToken(by, id, true));
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

  /** Creates a token in a way that no portal has to take: what becomes of it the list shows. */
  async createWrongly(owner: CreatedUser, more: object): Promise<void> {
    await mayBeDone(async () => {
      const { token } = await this.calls.createToken(owner, this.names.token(), { more });
      this.created.tokens.set(token.id, owner);
    });
  }

  /** Gives a token members that no update has to take. @returns whether the portal took the request */
  updateWith({ id, owner }: CreatedToken, members: object): Promise<boolean> {
    return mayBeDone(() => insisting(() => this.calls.updateToken(owner, id, members)));
  }

  /** Gives a token other restrictions. @returns them; undefined when it cannot @throws Inconclusive */
  async restrictToken(token: CreatedToken, restrictions: unknown): Promise<unknown> {
    const answered = await this.#update(token, { restrictions }, token.owner);
    // The old ones are no other form of the new ones: some portals answer the token as it was.
    const isOld = saysTheSame(answered?.restrictions, token.restrictions);
    return answered && (isOld ? restrictions : (answered.restrictions ?? restrictions));
  }

  /** @returns undefined when the portal has no such call, or not for them @throws Inconclusive */
  async #update(
    { id, owner, name, restrictions }: CreatedToken,
    change: Parameters<Calls['updateToken']>[2],
    by: Bearer,
  ) {
    const update = (json: typeof change) => insisting(() => this.calls.updateToken(by, id, json));
    try {
      return await update(change).catch((error) => {
        // Some portals want all that can be changed.
        if (!isRefusal(error) || (error.status !== 400 && error.status !== 422)) throw error;
        return update({ name, restrictions, ...change });
      });
    } catch (error) {
      if (error instanceof CallFailed && noSuchCall(error) && !error.isMissing) return undefined;
      const isOptional = by !== owner || 'restrictions' in change;
      const isLeftOut = isRefusal(error) || isUnknown(error) || isOverwhelmed(error);
      if (isOptional && isLeftOut) return undefined;
      return attempt(() => Promise.reject(error));
    }
  }

  /** Has an administrator create a token for a user. @returns undefined when it cannot be done */
  async administerToken(owner: CreatedUser): Promise<CreatedToken | undefined> {
    const name = this.names.token();
    try {
      const token = await this.calls.createTokenFor(this.administrator, owner, name);
      this.created.tokens.set(token.id, owner);
      return { ...asAnswered(token, null), kind: 'later', owner };
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      if (!error.mayHaveWorked) return undefined;
      const id = await findLost(this.calls, this.created, owner, name);
      return id === undefined ? id : { id, kind: 'later', owner, name, restrictions: null };
    }
  }
}
