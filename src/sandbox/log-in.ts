import type { Calls } from './calls.ts';
import type { CreatedUser } from './created-users.ts';

/**
 * Logs somebody in under the name with which they were created, or else under the address that the
 * creating call answered: some portals know them by that alone.
 *
 * @returns the session token
 * @throws CallFailed
 */
export async function logIn(
  calls: Calls,
  { username, password, email }: Pick<CreatedUser, 'username' | 'password' | 'email'>,
): Promise<string> {
  if (email === username) return calls.login(username, password);
  return calls.login(username, password, false).catch(() => calls.login(email, password));
}
