import { ofTopic } from '../src/checks/kinds.ts';
import { acrossAccounts } from './visibility/across-accounts.ts';
import { acts } from './visibility/acts.ts';
import { changes } from './visibility/changes.ts';
import { lengths } from './visibility/lengths.ts';
import { otherRequests } from './visibility/other-requests.ts';
import { restricted } from './visibility/restricted.ts';
import { sessions } from './visibility/sessions.ts';
import { withinAccount } from './visibility/within-account.ts';

export const visibility = ofTopic('visibility', [
  ...withinAccount,
  ...acrossAccounts,
  ...otherRequests,
  ...sessions,
  ...restricted,
  ...changes,
  ...lengths,
  ...acts,
]);
