/**
 * What a node says of its health. Source: Meta "Health status": account, business and app are among the entities;
 * of an account that no app is subscribed to, there is no app to name.
 */
import type { JsonObject } from './json.ts';
import type { Account, Num } from './world.ts';

export function health(account: Account, number: Num | null): JsonObject {
  const appId = account.subscribed.keys().next().value;
  const state = number?.registered === false ? 'BLOCKED' : 'AVAILABLE';
  const entity = (type: string, id: string | undefined, can = 'AVAILABLE'): JsonObject[] =>
    id === undefined ? [] : [{ entity_type: type, id, can_send_message: can }];
  return {
    can_send_message: state,
    entities: [
      ...entity('PHONE_NUMBER', number?.id, state),
      ...entity('WABA', account.id),
      ...entity('BUSINESS', account.portfolioId),
      ...entity('APP', appId),
    ],
  };
}
