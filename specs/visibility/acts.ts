import { compareAfterActs } from '../../src/checks/acts.ts';
import { giveMembers } from '../../src/checks/given-members.ts';
import { changing, type WithoutTopic } from '../../src/checks/kinds.ts';

/** What is done to one token changes that token alone. */
export const acts: readonly WithoutTopic[] = [
  changing(
    {
      id: 'acts-change-nothing-else',
      level: 'MUST',
      title: 'What is done changes nothing else in the list',
      text: 'After tokens were created (with hard names, two of one name, and by an administrator for a user, too), used, updated and deleted, by their owner and by others of the account, and after logins, a logout and the removal of a user, the list of the account holds the change and every other record as it was; what was accepted is accepted, and the administrator is listed none of it.',
      source: 'Response Schema',
      causes:
        'An update writes more rows than one, a use is noted on all tokens of a user, a deletion or a logout takes more with it.',
      fix: 'Find the row by the whole token, and change what was asked for alone.',
    },
    compareAfterActs,
  ),
  changing(
    {
      id: 'owner-and-times-not-given',
      level: 'MUST',
      title: 'Owner and times are not taken from a request',
      text: 'A creation or an update that gives userId, userEmail, accountId, createdAt and lastUsedAt as well is refused, or the token is listed as without them, to its own account alone.',
      source: 'Response Schema',
      causes: 'The body of a request is copied into the row, whatever members it has.',
      fix: 'Take name and restrictions from the request; set owner, account and times in the portal.',
    },
    giveMembers,
  ),
];
