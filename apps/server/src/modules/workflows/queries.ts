import { statement } from '../../platform/db/index.ts';

export interface WorkflowRecord {
  workspace_id: string;
  id: string;
  number_id: string | null;
  name: string;
  is_default: boolean;
  is_active: boolean;
  ai_enabled: boolean;
  kind: string;
  definition: unknown;
  created_at: Date;
}

const columns =
  'w.workspace_id, w.id, w.number_id, w.name, w.is_default, w.is_active, w.ai_enabled, w.kind, w.definition, w.created_at';

/** The default of each number, else of its workspace. */
export const defaultsFor = statement(
  'workflows.defaults_for',
  `select distinct on (r.workspace_id, r.number_id) r.number_id as for_number, ${columns}
   from unnest($1::uuid[], $2::uuid[]) r(workspace_id, number_id)
   join workflows w on w.workspace_id = r.workspace_id and w.is_default
    and (w.number_id = r.number_id or w.number_id is null)
   order by r.workspace_id, r.number_id, w.number_id nulls last`,
);

export const insertDefaults = statement(
  'workflows.insert_defaults',
  `insert into workflows (workspace_id, id, number_id, name, is_default, definition, created_at)
   select $1, r.id, r.number_id, r.name, true, $5::jsonb, $6::timestamptz
   from unnest($2::uuid[], $3::uuid[], $4::text[]) r(id, number_id, name)
   on conflict do nothing`,
);

export const workflowsOf = statement(
  'workflows.of_workspace',
  `select ${columns} from workflows w where w.workspace_id = $1 order by w.number_id nulls first, w.created_at, w.id`,
);

export const changeWorkflow = statement(
  'workflows.change',
  `update workflows w set is_active = coalesce($3::boolean, is_active),
     name = coalesce($5::text, name), ai_enabled = coalesce($6::boolean, ai_enabled),
     definition = definition || jsonb_strip_nulls(
       jsonb_build_object('text', $4::text, 'awayText', $7::text, 'awayActive', $8::boolean,
         'oncePer', $9::text))
   where w.workspace_id = $1 and w.id = $2 returning ${columns}`,
);
