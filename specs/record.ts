import { asCreated } from '../src/checks/as-created.ts';
import { creatorOwn, severalAddresses } from '../src/checks/creators.ts';
import { failEach, over } from '../src/checks/findings.ts';
import { requireAccepted } from '../src/checks/front.ts';
import { anyProfile, changing, ofTopic, reading, shaped } from '../src/checks/kinds.ts';
import { recordOf } from '../src/checks/own-record.ts';
import { shown } from '../src/checks/shown.ts';
import { disagreements, summarise } from '../src/checks/stable.ts';
import { describe } from '../src/contract/describe.ts';
import { failIf, Inconclusive } from '../src/contract/finding.ts';
import { sameId } from '../src/contract/json.ts';
import type { Context } from '../src/portal/context.ts';
import type { ListRead } from '../src/portal/list-read.ts';

export const record = ofTopic('record', [
  shaped({
    id: 'id-present',
    level: 'MUST',
    title: 'Every record has an id',
    text: 'Each record has the member id.',
    source: 'Response Schema, id',
    causes: 'The id is left out to hide the token, or is serialized under another name.',
    fix: 'Serialize the bearer token string as id.',
  }),
  shaped(
    {
      id: 'id-bearer-token',
      level: 'MUST',
      title: 'id is a bearer token',
      text: 'id is a non-empty string that an Authorization header can carry: printable ASCII without blanks.',
      source: 'Response Schema, id',
      causes: 'The id is null, empty or a row number, or is masked with signs outside ASCII.',
      fix: 'List the token string itself, as a JSON string.',
    },
    (one) => 'id' in one,
  ),
  reading(
    {
      id: 'id-is-the-token',
      level: 'MUST',
      title: 'id is the token itself',
      text: 'A token is listed under exactly the string that authenticates requests: not masked, hashed, cut or in another case.',
      source: 'Response Schema, id',
      causes: 'Only a hash or a prefix of the token is stored or shown, or its case is changed.',
      fix: 'Keep and list the token exactly as clients send it.',
      needs: ['caller.token'],
    },
    async (context) => {
      const lists = await accountLists(context);
      const known = context.given('caller.token', 'teammate.token');
      let seen = 0;
      failEach(lists, (list) =>
        known.flatMap(({ token, label }) => {
          const like = recordOf(list, token);
          if (like === undefined) return [];
          seen += 1;
          if (like.exact) return [];
          return [
            {
              expected: `${label}, exactly as it is sent`,
              received: `${describe(like.record.id)}, which only resembles it`,
              where: [`/${like.index}/id`],
            },
          ];
        }),
      );
      if (seen === 0) throw new Inconclusive('no token of ours is listed: see own-token-listed');
      return over(seen, 'token', lists);
    },
  ),
  {
    id: 'id-opens-core-api',
    level: 'MUST',
    title: 'id authenticates Core API requests too',
    text: 'The id of a record authenticates requests to the Core API.',
    source: 'Response Schema, id',
    excluded:
      'the Core API serves charts under a licence and is not part of this contract; no call of it is sent',
  },
  shaped({
    id: 'name-present',
    level: 'MUST',
    title: 'Every record has a name',
    text: 'Each record has the member name.',
    source: 'Response Schema, name',
    causes: 'Tokens without a name are serialized without the member.',
    fix: 'Always write name; an empty string when there is none.',
  }),
  shaped(
    {
      id: 'name-string',
      level: 'MUST',
      title: 'name is a string',
      text: 'name is a string; it may be empty.',
      source: 'Response Schema, name',
      causes: 'A column without a value is serialized as null.',
      fix: 'Write an empty string in place of null.',
    },
    (one) => 'name' in one,
  ),
  shaped({
    id: 'user-id-present',
    level: 'MUST',
    title: 'Every record has a userId',
    text: 'Each record has the member userId.',
    source: 'Response Schema, userId',
    causes: 'The record is serialized without its creator, or under user_id.',
    fix: 'Write userId, spelled so.',
  }),
  shaped(
    {
      id: 'user-id-integer',
      level: 'MUST',
      title: 'userId is an integer',
      text: 'userId is an integer, as in the example response.',
      source: 'Response Schema, userId',
      causes: 'Ids are serialized as strings, as for 64-bit numbers, or are UUIDs.',
      fix: 'Write the numeric id of the user as a JSON number.',
    },
    (one) => 'userId' in one,
  ),
  shaped({
    id: 'user-email-present',
    level: 'MUST',
    title: 'Every record has a userEmail',
    text: 'Each record has the member userEmail.',
    source: 'Response Schema, userEmail',
    causes: 'The user is not joined, or the member is called email.',
    fix: 'Write userEmail, spelled so.',
  }),
  shaped(
    {
      id: 'user-email-string',
      level: 'MUST',
      title: 'userEmail is a non-empty string',
      text: 'userEmail is a string of at least one character; it need not look like an address.',
      source: 'Response Schema, userEmail',
      causes: 'The user has no address, was deleted, or is nested as an object.',
      fix: 'Write the address as a string, or the user name for users without one.',
    },
    (one) => 'userEmail' in one,
  ),
  reading(
    {
      id: 'user-email-consistent',
      level: 'MUST',
      title: 'One user has one userEmail',
      text: 'All records of one answer with the same userId have the same userEmail.',
      source: 'Response Schema, userEmail',
      causes:
        'The address is copied into the token when it is created and not updated, or is that of the reader.',
      fix: 'Read the address from the user at the time of the answer.',
      profiles: anyProfile,
    },
    async (context) => {
      const lists = await context.lists();
      failEach(lists, severalAddresses);
      const records = lists.reduce((sum, list) => sum + list.records.length, 0);
      if (records === 0)
        throw new Inconclusive(
          'no record to check: create an API token in the account',
          'untested',
        );
      return over(records, 'record', lists);
    },
  ),
  reading(
    {
      id: 'creator-own',
      level: 'MUST',
      title: 'The tokens of two users carry two users',
      text: 'The tokens of caller and teammate carry different users, each the one that /auth/whoami tells, where it answers, or that the run created, and two addresses where they have two names, neither of them masked.',
      source: 'Response Schema, userId',
      causes: 'userId is filled with the user who asks, the owner of the account, or a constant.',
      fix: 'Store who created the token, and list that.',
      needs: ['caller.token'],
    },
    creatorOwn,
  ),
  reading(
    {
      id: 'lists-agree',
      level: 'MUST',
      title: 'A token looks the same to every user',
      text: 'Caller and teammate see the same name, userId, userEmail, createdAt and restrictions of a token.',
      source: 'Response Schema',
      causes: 'Members are filled from the user who asks, or are hidden from others.',
      fix: 'Build the record from the token alone; it is the same for every user of the account.',
      needs: ['caller.token', 'teammate.token'],
    },
    async (context) => {
      const pair = [context.needed('caller.token'), context.needed('teammate.token')] as const;
      failIf(summarise(await context.persisting((round) => disagreements(context, pair, round))));
      const list = await context.list(pair[0]);
      return over(list.byId.size, 'token', [list, list]);
    },
  ),
  asCreated(
    {
      id: 'name-as-made',
      level: 'MUST',
      title: 'name is the name that the token was given',
      text: 'A token is listed under exactly the name that the creating call answered.',
      source: 'Response Schema, name',
      causes: 'The name is cut to the width of a column, or loses characters outside ASCII.',
      fix: 'Store the name as Unicode text, whole.',
    },
    'name',
    ['persona', 'unused', 'restricted', 'default', 'hard'],
    (name, token) => token.name === undefined || name === token.name,
    'the name that the creating call answered',
  ),
  asCreated(
    {
      id: 'user-id-as-made',
      level: 'MUST',
      title: 'userId is the user who created the token',
      text: 'The userId of a token is the id of the user with whose session it was created.',
      source: 'Response Schema, userId',
      causes: "userId is the account's or another numbering, or shifted by one.",
      fix: 'List the id of the user whose session created the token.',
    },
    'userId',
    ['persona', 'unused', 'restricted', 'default'],
    // A user id of another type is judged by user-id-integer alone.
    (userId, { owner }) => sameId(userId, owner.id),
    'the id of the user who created it',
  ),
  asCreated(
    {
      id: 'user-email-as-made',
      level: 'MUST',
      title: 'userEmail is the address of the user who created the token',
      text: 'The userEmail of a token is the address of its user, as the call answered that created the user.',
      source: 'Response Schema, userEmail',
      causes: 'Addresses are changed to lower or upper case, or normalized, when they are listed.',
      fix: 'List the address as the user was created with it.',
    },
    'userEmail',
    ['persona', 'unused', 'restricted', 'default'],
    (userEmail, { owner }) => userEmail === owner.email,
    'the address of the user who created it, as the creating call answered it',
  ),
  changing(
    {
      id: 'listed-id-opens',
      level: 'MUST',
      title: 'An id taken from the list authenticates',
      text: "The id of a token that the run created, as a teammate is listed it, opens the list, as the token's user.",
      source: 'Response Schema, id',
      causes: 'The id is a database key or a hash beside the token that authenticates.',
      fix: 'List the string that authenticates.',
    },
    async (context) => {
      const { sandbox } = context;
      const created = await sandbox.createToken(sandbox.user('caller'));
      const teammate = context.needed('teammate.token');
      // Where names are cut, others may have the same: one that is deleted meanwhile opens nothing.
      const named = (list: ListRead) =>
        list.byId.get(created.id) ??
        list.records.find(([, { name }]) => name === created.name)?.[1];
      const list = await shown(context, teammate, (one) => named(one) !== undefined);
      if (!list) throw new Inconclusive('the token is not listed: see new-token-listed');
      const id = named(list)?.id;
      if (typeof id !== 'string')
        throw new Inconclusive('its id is not a string: see id-bearer-token');
      const reader = { label: 'an id from the list', variable: 'PORTAL_LISTED_ID', token: id };
      const shut = await context.eventually(reader, ({ accepted }) => accepted);
      await requireAccepted(context, shut);
      // What is wrong about the session of the user, too, is /auth/whoami, which is not judged here.
      const [identity, known] = await Promise.all([
        context.whoami(reader),
        context.whoami({ ...created.owner, label: "the caller's session token" }),
      ]);
      const isTold = identity && known && sameId(known.userId, created.owner.id);
      if (isTold && !sameId(identity.userId, created.owner.id)) {
        failIf([
          {
            expected: 'the user who created the token',
            received: 'another user',
            credential: reader.label,
          },
        ]);
      }
      return isTold ? 'it opens the list, as its user' : 'it opens the list';
    },
  ),
  shaped(
    {
      id: 'id-token-alphabet',
      level: 'SHOULD',
      title: 'id keeps to the alphabet of bearer tokens',
      text: 'id consists of letters, digits and -._~+/ with = at the end alone; other signs are refused by some clients and proxies.',
      source: 'RFC 6750, section 2.1',
      causes: 'The token is made of parts joined by another sign, such as 1|abc, or it is masked.',
      fix: 'Issue tokens of letters, digits and -._~+/ alone.',
    },
    (one) => typeof one.id === 'string',
  ),
  shaped({
    id: 'undocumented-members',
    level: 'NOTE',
    title: 'Records have the seven documented members only',
    text: 'A record has no member beside the documented ones. Further members are allowed.',
    source: 'Response Schema',
    causes: 'A newer release, or an internal member that is serialized too.',
    fix: 'Nothing is to be fixed; see that no internal member holds a secret.',
  }),
  shaped(
    {
      id: 'id-32-hex',
      level: 'NOTE',
      title: 'id has the form of the examples',
      text: 'id is 32 hexadecimal digits, as in the example response. Other forms are allowed.',
      source: 'Example Response',
      causes: 'Tokens are issued in another form than in the examples.',
      fix: 'Nothing is to be fixed.',
    },
    (one) => 'id' in one,
  ),
  shaped(
    {
      id: 'user-email-address',
      level: 'NOTE',
      title: 'userEmail looks like an address',
      text: 'userEmail has the form of an e-mail address. The first administrator of a portal has the word admin.',
      source: 'Response Schema, userEmail',
      causes: 'The first administrator has the user name admin in place of an address.',
      fix: 'Nothing is to be fixed.',
    },
    (one) => 'userEmail' in one,
  ),
]);

/** The lists of the caller's account: the outsider's is another. */
async function accountLists(context: Context): Promise<readonly ListRead[]> {
  const lists = await context.lists();
  const outsider = context.credential('outsider.token');
  return lists.filter(({ credential }) => credential !== outsider);
}
