import { statement } from '../../platform/db/index.ts';

const columns = 'id, name, created_by, created_at, last_used_at, expires_at, revoked_at';

export const insertOperatorKey = statement(
  'auth.insert_operator_key',
  `insert into operator_keys (id, name, hash, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
   returning ${columns}`,
);

export const operatorKeyById = statement(
  'auth.operator_key',
  'select id, hash, last_used_at, expires_at, revoked_at from operator_keys where id = $1',
);

export const touchOperatorKey = statement(
  'auth.touch_operator_key',
  `update operator_keys set last_used_at = $2::timestamptz
    where id = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')`,
);

export const operatorKeys = statement(
  'auth.operator_keys',
  `select ${columns} from operator_keys
    where $1::timestamptz is null or (created_at, id) > ($1::timestamptz, $2::text)
    order by created_at, id limit $3 offset $4`,
);

export const revokeOperatorKeyRow = statement(
  'auth.revoke_operator_key',
  'update operator_keys set revoked_at = coalesce(revoked_at, $2) where id = $1 returning id',
);
