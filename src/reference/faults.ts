import type { Behaviour } from './behaviour.ts';
import { actFaults } from './faults/acts.ts';
import { administeredFaults } from './faults/administered.ts';
import { authenticationFaults } from './faults/authentication.ts';
import { createdFaults } from './faults/created.ts';
import { endingFaults } from './faults/endings.ts';
import { givenFaults } from './faults/given.ts';
import { membersFaults } from './faults/members.ts';
import { otherRequestFaults } from './faults/other-requests.ts';
import { recordFaults } from './faults/record.ts';
import { rejectionFaults } from './faults/rejections.ts';
import { requestFaults } from './faults/requests.ts';
import { responseFaults } from './faults/response.ts';
import { restrictionsFaults } from './faults/restrictions.ts';
import { rowFaults } from './faults/rows.ts';
import { timestampsFaults } from './faults/timestamps.ts';
import { turnedAwayFaults } from './faults/turned-away.ts';
import { visibilityFaults } from './faults/visibility.ts';

/** Every way in which the reference portal can be broken, by topic. */
export const faults: readonly Behaviour[] = [
  ...responseFaults,
  ...recordFaults,
  ...membersFaults,
  ...timestampsFaults,
  ...restrictionsFaults,
  ...authenticationFaults,
  ...rejectionFaults,
  ...requestFaults,
  ...visibilityFaults,
  ...otherRequestFaults,
  ...createdFaults,
  ...actFaults,
  ...rowFaults,
  ...givenFaults,
  ...administeredFaults,
  ...endingFaults,
  ...turnedAwayFaults,
];
