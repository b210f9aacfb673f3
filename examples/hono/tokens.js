const token = (userId, accountId, id, restrictions = null) => {
  const userEmail = `user${userId}@example.com`;
  const times = { createdAt: Date.now() - 86_400_000, lastUsedAt: null };
  const record = { id, name: 'Token', userId, userEmail, ...times, restrictions };
  return [id, { accountId, record }];
};
const [caller, teammate, outsider, session] = ['1a', '2b', '3c', '4d'].map((two) => two.repeat(16));

/** Two users of account 1, and one of account 2. */
export const tokens = new Map([
  token(1, 1, caller),
  token(1, 1, '5e'.repeat(16), { hosts: ['charts.example.com'] }),
  token(2, 1, teammate),
  token(3, 2, outsider),
]);

/** A session of the caller. */
export const sessions = new Map([[session, { accountId: 1 }]]);

/** Whose is whose, for the suite. */
export const credentials = {
  'caller.token': caller,
  'caller.session': session,
  'teammate.token': teammate,
  'outsider.token': outsider,
};
