/** SQL of accounts as people see them: made, changed, subscribed. What delivery needs of them is in queries.ts. */
import { statement } from '../../platform/db/index.ts';

const columns = `a.id, a.workspace_id, a.provider, a.is_simulated, a.account_ref, a.portfolio_ref, a.app_id, a.name,
  a.graph_version, a.paused_reason, a.webhook_key, a.sealed_token is not null as has_token, a.token_in,
  a.sealed_webhook_secret is not null as has_webhook_secret, a.webhooks_subscribed_at, a.webhooks_problem, a.created_at`;

export const accountById = statement(
  'numbers.account',
  `select ${columns} from accounts a where a.workspace_id = $1 and a.id = $2`,
);

/** `$2` limits to the accounts of certain numbers: what a key of those may see. */
export const accountsPage = statement(
  'numbers.accounts_page',
  `select ${columns} from accounts a
    where a.workspace_id = $1
      and ($2::uuid[] is null or exists (select from numbers n
        where n.workspace_id = $1 and n.account_id = a.id and n.id = any ($2::uuid[])))
      and ($3::timestamptz is null or (a.created_at, a.id) > ($3::timestamptz, $4::uuid))
    order by a.created_at, a.id limit $5 offset $6`,
);

export const numbersOf = statement(
  'numbers.of_some_accounts',
  `select n.account_id, n.id, n.phone_number_id, n.display_phone_number, n.verified_name, n.status, n.status_reason
     from numbers n where n.workspace_id = $1 and n.account_id = any ($2::uuid[])
      and ($3::uuid[] is null or n.id = any ($3::uuid[]))
    order by n.created_at, n.id`,
);

export const lockAccount = statement(
  'numbers.lock_account',
  'select id as account_id, portfolio_ref, told_portfolio from accounts where workspace_id = $1 and id = $2 for update',
);

export const updateAccount = statement(
  'numbers.update_account',
  `update accounts set name = coalesce($3, name), portfolio_ref = coalesce($4, portfolio_ref),
     graph_version = coalesce($5, graph_version)
    where workspace_id = $1 and id = $2`,
);

/** Of an endpoint that somebody made by hand: nobody told us that webhooks come. */
export const setWebhookSecret = statement(
  'numbers.set_webhook_secret',
  `update accounts set sealed_webhook_secret = $3, webhooks_subscribed_at = null, webhooks_problem = null
    where workspace_id = $1 and id = $2`,
);

export const deleteAccount = statement(
  'numbers.delete_account',
  'delete from accounts where workspace_id = $1 and id = $2',
);

export const speakerRow = statement(
  'numbers.speaker',
  `select id, app_id, provider, sealed_token, token_in, base_url, graph_version, account_ref, is_simulated
     from accounts where workspace_id = $1 and id = $2`,
);

/** YCloud tells which account a number hangs on; the first one counts. */
export const learnRef = statement(
  'numbers.learn_ref',
  'update accounts set account_ref = $3 where workspace_id = $1 and id = $2 and account_ref is null',
);

export const keepOwner = statement(
  'numbers.keep_owner',
  'update accounts set told_portfolio = $3 where workspace_id = $1 and id = $2',
);

// ───────────── subscribing ─────────────

export const subscribeRow = statement(
  'numbers.subscribe_row',
  `select provider, sealed_token, token_in, base_url, graph_version, account_ref, webhook_key, is_simulated
     from accounts where workspace_id = $1 and id = $2`,
);

// Only what the token that was asked with is still that of the account: a newer one has asked for itself.
export const keepSubscription = statement(
  'numbers.keep_subscription',
  `update accounts set webhooks_subscribed_at = $4, webhooks_problem = null,
     sealed_webhook_secret = coalesce($5, sealed_webhook_secret)
    where workspace_id = $1 and id = $2 and sealed_token = $3 returning id`,
);

/** `$5`: it is known that nothing comes; else an earlier success still stands. */
export const keepProblem = statement(
  'numbers.keep_problem',
  `update accounts set webhooks_problem = $4,
     webhooks_subscribed_at = case when $5 then null else webhooks_subscribed_at end
    where workspace_id = $1 and id = $2 and sealed_token = $3 returning id`,
);

export const forgetProblem = statement(
  'numbers.forget_problem',
  'update accounts set webhooks_problem = null where workspace_id = $1 and id = $2 and webhooks_problem is not null',
);

// ───────────── the door ─────────────

/** Accounts that sign for themselves, with the numbers that a body may name. */
export const signingAccounts = statement(
  'numbers.signing_accounts',
  `select a.id, a.workspace_id, a.webhook_key, a.account_ref, a.sealed_webhook_secret,
     coalesce((select json_agg(n.phone_number_id order by n.id) from numbers n
               where n.workspace_id = a.workspace_id and n.account_id = a.id), '[]') as numbers
    from accounts a where a.provider = 'ycloud' and a.sealed_webhook_secret is not null
    order by a.workspace_id, a.id`,
);
