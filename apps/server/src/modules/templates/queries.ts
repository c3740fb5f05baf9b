import { statement } from '../../platform/db/index.ts';

const columns = `t.id, t.workspace_id, t.account_id, t.name, t.language, t.category, t.status, t.provider_template_id,
  t.components, t.parameter_format, t.message_send_ttl_seconds, t.quality, t.rejected_reason, t.previous_category,
  t.correct_category, t.created_at, t.updated_at, t.deleting_at`;

export const templateByName = statement(
  'templates.get',
  `select ${columns} from templates t
    where t.account_id = $1 and t.name = $2 and t.language = $3 and ($4::uuid is null or t.workspace_id = $4)`,
);

export const templateById = statement(
  'templates.by_id',
  `select ${columns} from templates t where t.workspace_id = $1 and t.id = $2`,
);

export const lockTemplateById = statement(
  'templates.lock_by_id',
  `select ${columns} from templates t where t.workspace_id = $1 and t.id = $2 for no key update`,
);

export const templatesOfWorkspace = statement(
  'templates.list',
  `select ${columns} from templates t where t.workspace_id = $1 and ($2::uuid is null or t.account_id = $2)
    order by t.name, t.language`,
);

/** By name, language, id; the text is looked for in the name and in what the template says. */
export const templatesPage = statement(
  'templates.page',
  `select ${columns} from templates t
    where t.workspace_id = $1
      and ($2::uuid is null or t.account_id = $2)
      and case when $3::text is null then t.status not in ('DELETED', 'PENDING_DELETION') else t.status = $3 end
      and ($4::text is null or t.language = $4)
      and ($5::text is null or t.category = $5)
      and ($6::text is null or strpos(lower(t.name || ' ' || t.components::text), lower($6)) > 0)
      and ($7::text is null or (t.name, t.language, t.id) > ($7, $8::text, $9::uuid))
    order by t.name, t.language, t.id limit $10 offset $11`,
);

/** In key order: two syncs, or a sync and notices, of the same templates wait for each other and never cross. */
export const lockTemplates = statement(
  'templates.lock',
  `select ${columns} from templates t
    where (t.workspace_id, t.account_id) in (select * from unnest($1::uuid[], $2::uuid[]))
    order by t.workspace_id, t.account_id, t.name, t.language for no key update`,
);

export const lockTemplatesByName = statement(
  'templates.lock_by_name',
  `select ${columns} from templates t
    where (t.workspace_id, t.account_id, t.name, t.language) in
      (select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]))
    order by t.workspace_id, t.account_id, t.name, t.language for no key update`,
);

/** A code belongs to the template that was told of last: before another gets it, whoever had it loses it. */
export const releaseCodes = statement(
  'templates.release_codes',
  `update templates t set provider_template_id = null
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
       as n (workspace_id, account_id, code, name, language)
    where t.workspace_id = n.workspace_id and t.account_id = n.account_id and t.provider_template_id = n.code
      and (t.name, t.language) <> (n.name, n.language)`,
);

export const saveTemplates = statement(
  'templates.save',
  `insert into templates as t (workspace_id, id, account_id, name, language, category, status, provider_template_id,
     components, parameter_format, message_send_ttl_seconds, quality, rejected_reason, previous_category,
     correct_category, created_at, updated_at, deleting_at)
   select * from jsonb_to_recordset($1::jsonb) as n (workspace_id uuid, id uuid, account_id uuid, name text,
     language text, category text, status text, provider_template_id text, components jsonb, parameter_format text,
     message_send_ttl_seconds integer, quality text, rejected_reason text, previous_category text,
     correct_category text, created_at timestamptz, updated_at timestamptz, deleting_at timestamptz)
   on conflict (workspace_id, account_id, name, language) do update set
     category = excluded.category, status = excluded.status,
     provider_template_id = coalesce(excluded.provider_template_id, t.provider_template_id),
     components = excluded.components, parameter_format = excluded.parameter_format,
     message_send_ttl_seconds = excluded.message_send_ttl_seconds, quality = excluded.quality,
     rejected_reason = excluded.rejected_reason, previous_category = excluded.previous_category,
     correct_category = excluded.correct_category, updated_at = excluded.updated_at,
     deleting_at = excluded.deleting_at
   returning t.id, t.workspace_id, t.account_id, t.name, t.language`,
);

/** A draft may be renamed; whoever else has the name is told by the index. */
export const renameTemplate = statement(
  'templates.rename',
  'update templates t set name = $3, language = $4 where t.workspace_id = $1 and t.id = $2',
);

export const deleteDraft = statement(
  'templates.delete_draft',
  `delete from templates t where t.workspace_id = $1 and t.id = $2 and t.status = 'DRAFT'`,
);

/** What the send policy and the list's preview ask: states, categories and bodies, a batch at once. */
export const templateStateRows = statement(
  'templates.states',
  `select t.workspace_id, t.account_id, t.name, t.language, t.status, t.category,
     jsonb_path_query_first(t.components, '$[*] ? (@.type == "BODY").text') #>> '{}' as body
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) r(workspace_id, account_id, name, language)
   join templates t on t.workspace_id = r.workspace_id and t.account_id = r.account_id and t.name = r.name
    and t.language = r.language`,
);

/** What templates say, a batch at once. */
export const templateComponents = statement(
  'templates.components',
  `select t.workspace_id, t.account_id, t.name, t.language, t.components
   from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) r(workspace_id, account_id, name, language)
   join templates t on t.workspace_id = r.workspace_id and t.account_id = r.account_id and t.name = r.name
    and t.language = r.language`,
);
