import { statement } from '../../platform/db/index.ts';

const columns = `t.id, t.workspace_id, t.account_id, t.name, t.language, t.category, t.status, t.provider_template_id,
  t.components, t.updated_at`;

export const templateByName = statement(
  'templates.get',
  `select ${columns} from templates t
    where t.account_id = $1 and t.name = $2 and t.language = $3 and ($4::uuid is null or t.workspace_id = $4)`,
);

export const templatesOfWorkspace = statement(
  'templates.list',
  `select ${columns} from templates t where t.workspace_id = $1 and ($2::uuid is null or t.account_id = $2)
    order by t.name, t.language`,
);

export const upsertTemplates = statement(
  'templates.upsert',
  `insert into templates (workspace_id, id, account_id, name, language, category, status, provider_template_id,
     components, updated_at)
   select t.*, $10::timestamptz from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[],
     $7::text[], $8::text[], $9::text[]::jsonb[]) as t
   on conflict (workspace_id, account_id, name, language) do update set
     category = excluded.category, status = excluded.status,
     provider_template_id = coalesce(excluded.provider_template_id, templates.provider_template_id),
     components = excluded.components, updated_at = excluded.updated_at`,
);

/** What a full listing no longer names is gone at WhatsApp. */
export const markDeleted = statement(
  'templates.mark_deleted',
  `update templates t set status = 'DELETED', updated_at = $4
    where t.workspace_id = $1 and t.account_id = $2 and t.status <> 'DELETED'
      and not exists (select from unnest($3::text[], $5::text[]) as kept (name, language)
        where kept.name = t.name and kept.language = t.language)`,
);

// A notice of a template we never heard of adds it: 'UNKNOWN' is then filled by the next sync. A late notice does not
// undo a newer word.
export const noteTemplates = statement(
  'templates.note',
  `insert into templates as t (workspace_id, id, account_id, name, language, category, status, provider_template_id,
     updated_at)
   select n.workspace_id, n.id, n.account_id, n.name, n.language, coalesce(n.category, 'UNKNOWN'),
     coalesce(n.status, 'UNKNOWN'), n.provider_template_id, n.at
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::timestamptz[]) as n (workspace_id, id, account_id, name, language, category, status, provider_template_id, at)
   on conflict (workspace_id, account_id, name, language) do update set
     category = case when excluded.category = 'UNKNOWN' then t.category else excluded.category end,
     status = case when excluded.status = 'UNKNOWN' then t.status else excluded.status end,
     provider_template_id = coalesce(excluded.provider_template_id, t.provider_template_id),
     updated_at = excluded.updated_at
    where excluded.updated_at >= t.updated_at`,
);
