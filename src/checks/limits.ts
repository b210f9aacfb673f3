import { isObject, saysTheSame } from '../contract/json.ts';

/** Whether restrictions have the hosts that a call answered; what else they have is not documented. */
export function hasHostsOf(limits: unknown, answered: unknown): boolean {
  if (!isObject(limits) || !isObject(answered)) return saysTheSame(limits, answered);
  return saysTheSame({ hosts: limits.hosts }, { hosts: answered.hosts });
}
