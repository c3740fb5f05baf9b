import { statement } from '../../platform/db/index.ts';

const columns = `v.workspace_id, v.template_id, v.n, v.category, v.parameter_format, v.message_send_ttl_seconds,
  v.components, v.state, v.problem, v.created_at, v.updated_at, v.call_started_at, v.submitted_at, v.author_kind,
  v.author_id`;
const isOpen = `v.state in ('draft', 'submitting', 'unknown', 'refused')`;

export const openVersions = statement(
  'templates.open_versions',
  `select ${columns} from template_versions v where v.workspace_id = $1 and v.template_id = any($2::uuid[]) and ${isOpen}`,
);

export const lastVersionRow = statement(
  'templates.last_version',
  `select ${columns} from template_versions v where v.workspace_id = $1 and v.template_id = $2 order by v.n desc limit 1`,
);

export const versionRow = statement(
  'templates.version',
  `select ${columns} from template_versions v where v.workspace_id = $1 and v.template_id = $2 and v.n = $3`,
);

/** Newest first, before a number. */
export const versionsPage = statement(
  'templates.versions',
  `select ${columns} from template_versions v where v.workspace_id = $1 and v.template_id = $2
     and ($3::integer is null or v.n < $3) order by v.n desc limit $4 offset $5`,
);

export const saveVersion = statement(
  'templates.save_version',
  `insert into template_versions as v (workspace_id, template_id, n, category, parameter_format,
     message_send_ttl_seconds, components, state, created_at, updated_at, author_kind, author_id)
   values ($1, $2, $3, $4, $5, $6, $7::jsonb, 'draft', $8, $8, $9, $10)
   on conflict (workspace_id, template_id, n) do update set category = excluded.category,
     parameter_format = excluded.parameter_format, message_send_ttl_seconds = excluded.message_send_ttl_seconds,
     components = excluded.components, state = 'draft', problem = null, updated_at = excluded.updated_at,
     call_started_at = null, author_kind = excluded.author_kind, author_id = excluded.author_id`,
);

export const setVersionState = statement(
  'templates.set_version_state',
  `update template_versions v set state = $4, problem = $5::jsonb, updated_at = $6,
     call_started_at = coalesce($7, v.call_started_at), submitted_at = coalesce($8, v.submitted_at)
    where v.workspace_id = $1 and v.template_id = $2 and v.n = $3`,
);

export const dropOpenVersion = statement(
  'templates.drop_version',
  `delete from template_versions v where v.workspace_id = $1 and v.template_id = $2 and v.n = $3`,
);

/** What WhatsApp shows and nobody here wrote: kept as a version, numbered after the last. */
export const noteVersions = statement(
  'templates.note_versions',
  `insert into template_versions (workspace_id, template_id, n, category, parameter_format, message_send_ttl_seconds,
     components, state, created_at, updated_at)
   select s.workspace_id, s.template_id, 1 + coalesce((select max(v.n) from template_versions v
       where v.workspace_id = s.workspace_id and v.template_id = s.template_id), 0),
     s.category, s.parameter_format, s.message_send_ttl_seconds, s.components, 'seen', $2, $2
     from jsonb_to_recordset($1::jsonb) as s (workspace_id uuid, template_id uuid, category text,
       parameter_format text, message_send_ttl_seconds integer, components jsonb)
    order by s.template_id
   on conflict do nothing`,
);

/** A creation whose outcome nobody knew: WhatsApp shows the template, so it arrived. */
export const settleUnknown = statement(
  'templates.settle_unknown',
  `update template_versions v set state = 'submitted', submitted_at = coalesce(v.submitted_at, $3), updated_at = $3
    where (v.workspace_id, v.template_id) in (select * from unnest($1::uuid[], $2::uuid[]))
      and v.state in ('submitting', 'unknown') and v.call_started_at is not null`,
);
