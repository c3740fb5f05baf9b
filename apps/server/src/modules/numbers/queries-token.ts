/** SQL of where the tokens of accounts lie. */
import { statement } from '../../platform/db/index.ts';

export const lockToken = statement(
  'numbers.lock_token',
  'select sealed_token, token_in from accounts where workspace_id = $1 and id = $2 for update',
);

export const updateToken = statement(
  'numbers.update_token',
  `update accounts set sealed_token = $3, token_in = $4, paused_reason = null,
     base_url = coalesce($5, base_url), graph_version = coalesce($6, graph_version)
    where workspace_id = $1 and id = $2`,
);

/** The same token elsewhere: a pause stays. Nothing where it was replaced meanwhile. */
export const moveToken = statement(
  'numbers.move_token',
  'update accounts set sealed_token = $3, token_in = $4 where workspace_id = $1 and id = $2 and sealed_token = $5',
);

/** Accounts with names of the vault, of one workspace. */
export const namesElsewhere = statement(
  'numbers.tokens_elsewhere',
  "select id, sealed_token from accounts where workspace_id = $1 and token_in = 'aws' and sealed_token is not null",
);

/** What does not lie where it should; the simulator's tokens are no secrets. */
export const tokensNotIn = statement(
  'numbers.tokens_not_in',
  `select workspace_id, id, sealed_token, token_in from accounts
    where token_in <> $1 and sealed_token is not null and not is_simulated order by workspace_id, id`,
);
