/** How accounts, users and tokens are created and removed: on the data of the portal itself. */
export function sandboxOf({ users, tokens, sessions, newId }) {
  let last = 0;
  const addUser = (accountId, username, password) => {
    last += 1;
    users.set(last, { id: last, accountId, email: username, password });
    return { accountId, userId: last };
  };
  const removeUser = (userId) => {
    users.delete(userId);
    for (const [id, token] of tokens) if (token.userId === userId) tokens.delete(id);
    for (const [id, holder] of sessions) if (holder === userId) sessions.delete(id);
  };
  const requireValid = (name, restrictions) => {
    const { hosts = [] } = restrictions ?? {};
    const isList = Array.isArray(hosts) && hosts.every((host) => typeof host === 'string');
    if (
      typeof name !== 'string' ||
      !isList ||
      Array.isArray(restrictions) ||
      !/^(object|undefined)$/.test(typeof restrictions)
    )
      throw new Error('a member has the wrong type');
  };
  /** A token of the account of whoever acts. */
  const ownToken = (by, id) => {
    const token = tokens.get(id);
    if (!token || users.get(token.userId)?.accountId !== by.accountId)
      throw new Error('no such token');
    return token;
  };
  return {
    createAccount: async ({ username, password }) => addUser(newId(), username, password),
    createUser: async ({ accountId, username, password }) => addUser(accountId, username, password),
    createToken: async ({ by, name, restrictions }) => {
      requireValid(name, restrictions);
      const { email: userEmail } = users.get(by.userId);
      const times = { createdAt: Date.now(), lastUsedAt: null };
      const token = { id: newId(), name, userId: by.userId, userEmail, ...times, restrictions };
      tokens.set(token.id, token);
      return token;
    },
    updateToken: async ({ by, id, name, restrictions }) => {
      const token = ownToken(by, id);
      requireValid(name ?? token.name, restrictions);
      if (name !== undefined) token.name = name;
      if (restrictions !== undefined) token.restrictions = restrictions;
      return token;
    },
    deleteToken: async ({ by, id }) => tokens.delete(ownToken(by, id).id),
    login: async ({ username, password }) => {
      const user = [...users.values()].find(({ email }) => email === username);
      if (user?.password !== password) throw new Error('wrong name or password');
      const session = newId();
      sessions.set(session, user.id);
      return session;
    },
    logout: async (session) => sessions.delete(session),
    deleteUser: async ({ userId }) => removeUser(userId),
    deleteAccount: async ({ accountId }) => {
      for (const user of [...users.values()]) if (user.accountId === accountId) removeUser(user.id);
    },
  };
}
