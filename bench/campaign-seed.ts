/** A workspace that can send a template to many people: for the bench and the chaos of campaigns. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { applyNotices } from '../apps/server/src/modules/templates/index.ts';
import type { Database } from '../apps/server/src/platform/db/index.ts';
import type { WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { registerJobs } from '../apps/server/src/platform/queue/index.ts';
import { keyRing, seal } from '../apps/server/src/platform/seal.ts';
import { sealingKey } from './cluster.ts';

export interface CampaignPlace {
  workspace: WorkspaceId;
  account: string;
  number: string;
  app: string;
  phoneNumberId: string;
  displayPhoneNumber: string;
  token: string;
}

export function campaignPlace(): CampaignPlace {
  return {
    workspace: randomUUID() as WorkspaceId,
    account: randomUUID(),
    number: randomUUID(),
    app: randomUUID(),
    phoneNumberId: '106540352242922',
    displayPhoneNumber: '15550783881',
    token: 'EAAbench',
  };
}

/** Rows of the place and of its people, `1650` and seven digits each; the template `spring` is approved marketing. */
export async function seedCampaign(
  db: Database,
  pool: pg.Pool,
  place: CampaignPlace,
  options: { people: number; graphUrl: string },
): Promise<void> {
  const at = db.clock.now().toISOString();
  const { workspace, account, number, app } = place;
  const token = seal(
    keyRing([sealingKey]),
    { workspaceId: workspace, table: 'accounts', column: 'sealed_token', rowId: account },
    place.token,
  );
  await registerJobs(db);
  await pool.query("insert into plans (name) values ('unlimited') on conflict do nothing");
  await pool.query(
    "insert into apps (id, key, name, verify_token, created_at) values ($1, 'bench', 'Bench', 'v', $2)",
    [app, at],
  );
  await pool.query(
    "insert into workspaces (id, name, plan, created_at) values ($1, 'Bench', 'unlimited', $2)",
    [workspace, at],
  );
  await pool.query(
    `insert into accounts (workspace_id, id, account_ref, app_id, sealed_token, base_url, graph_version, created_at)
     values ($1, $2::uuid, $2::uuid::text, $3, $4, $5, 'v24.0', $6)`,
    [workspace, account, app, token, options.graphUrl, at],
  );
  await pool.query(
    `insert into numbers (workspace_id, id, account_id, phone_number_id, display_phone_number, status, is_default, mps,
       created_at)
     values ($1, $2, $3, $4, $5, 'active', true, 80, $6)`,
    [workspace, number, account, place.phoneNumberId, place.displayPhoneNumber, at],
  );
  await pool.query(
    `with p as (
       select gen_random_uuid() as id, '1650' || (1000000 + i) as phone from generate_series(1, $2::int) i
     ), c as (
       insert into contacts (workspace_id, id, phone, name, created_at, updated_at)
       select $1, id, phone, 'Person ' || phone, $3, $3 from p
     )
     insert into identities (workspace_id, kind, value, contact_id, created_at)
     select $1, 'phone', phone, id, $3 from p`,
    [workspace, options.people, at],
  );
  await pool.query('analyze contacts, identities');
  await db.withSystem('an approved template', (tx) =>
    applyNotices(tx, [
      {
        workspaceId: workspace,
        accountId: account,
        field: 'message_template_status_update',
        value: {
          event: 'APPROVED',
          messageTemplateId: 4711,
          messageTemplateName: 'spring',
          messageTemplateLanguage: 'en',
          messageTemplateCategory: 'MARKETING',
        },
        at: db.clock.now(),
      },
    ]),
  );
}

/** To everybody, by first name. */
export const springToAll = (number: string) => ({
  name: 'Spring',
  numberId: number,
  message: {
    template: { name: 'spring', language: 'en' },
    variables: [
      {
        place: 'body' as const,
        name: '1',
        source: { from: 'field' as const, field: 'firstName' as const, fallback: 'you' },
      },
    ],
  },
  audience: { kind: 'filter' as const, filter: { all: [] } },
});
