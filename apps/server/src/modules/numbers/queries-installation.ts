import { statement } from '../../platform/db/index.ts';

export const appByKey = statement(
  'numbers.app_by_key',
  `select p.id, p.verify_token, p.is_default,
     coalesce((select json_agg(json_build_object('id', s.id, 'sealed', s.sealed_secret) order by s.created_at desc)
               from app_secrets s where s.app_id = p.id and s.retired_at is null), '[]') as secrets
   from apps p where p.key = $1`,
);

export const setVerifyToken = statement(
  'numbers.set_verify_token',
  'update apps set verify_token = $2 where id = $1',
);

export const mockNumbers = statement(
  'numbers.mock',
  `select n.workspace_id, n.id, n.account_id, n.phone_number_id, n.display_phone_number, n.verified_name,
     a.sealed_token, a.account_ref, a.provider
   from numbers n
   join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id
   where a.is_simulated`,
);

export const simulatedDefault = statement(
  'numbers.simulated_default',
  `select 1
   from numbers n
   join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id
   where n.workspace_id = $1 and n.is_default and a.is_simulated`,
);

export const pointAccounts = statement(
  'numbers.point_mock_accounts',
  'update accounts set base_url = $1 where is_simulated and base_url <> $1',
);

export const setWorkflow = statement(
  'numbers.set_workflow',
  'update numbers set default_workflow_id = $3 where workspace_id = $1 and id = $2',
);
