import { statement } from '../../platform/db/index.ts';
import { statusOf } from '../workspaces/index.ts';
import type { Route } from './rules-route.ts';

/** SQL of what the policy needs to know: reads the view send_facts. */

/** One row of the view `send_facts` (migrations/0014_segments.sql). */
export interface FactsRecord {
  workspace_id: string;
  conversation_id: string;
  number_id: string;
  contact_id: string | null;
  group_ref: string | null;
  last_inbound_at: Date | null;
  number_status: string;
  has_window: boolean;
  phone_number_id: string;
  default_workflow_id: string | null;
  provider: string;
  marketing_route: Route;
  account_id: string;
  paused_reason: string | null;
  phone: string | null;
  contact_name: string | null;
  profile_name: string | null;
  username: string | null;
  blocked_at: Date | null;
  opted_out: boolean | null;
  consent_service: 'in' | 'out' | null;
  consent_utility: 'in' | 'out' | null;
  consent_marketing: 'in' | 'out' | null;
  marketing_stopped_at: Date | null;
  marketing_resumed_at: Date | null;
  /** What the suppression list says about any address of the contact. */
  suppressed: 'all' | 'marketing' | null;
  user_id: string | null;
  workspace_name: string;
  workspace_status: string;
  plan: string;
  settings: unknown;
  messages_per_month: number | null;
  messages_per_minute: number | null;
}

/** Of the views send_facts and send_people. */
export const factColumns = `f.workspace_id, f.conversation_id, f.number_id, f.contact_id, f.group_ref, f.last_inbound_at,
  f.number_status, f.has_window, f.phone_number_id, f.default_workflow_id, f.provider, f.marketing_route, f.account_id,
  f.paused_reason,
  f.phone, f.contact_name, f.profile_name, f.username, f.blocked_at, f.opted_out, f.consent_service, f.consent_utility,
  f.consent_marketing, f.marketing_stopped_at, f.marketing_resumed_at, f.suppressed, f.user_id, f.workspace_name,
  f.workspace_status, f.plan, f.settings,
  f.messages_per_month, f.messages_per_minute`;

/** One probe of the view per row, for the reason that migrations/0011_send_facts.sql gives. */
export const factsOf = (row: string) => `cross join lateral (
     select * from send_facts p
     where p.workspace_id = ${row}.workspace_id and p.conversation_id = ${row}.conversation_id limit 1) f`;

export const factsOfConversations = statement(
  'messages.facts',
  `select ${factColumns} from unnest($1::uuid[], $2::uuid[]) r(workspace_id, conversation_id) ${factsOf('r')}`,
);

export const statusOfWorkspace = statement(
  'messages.workspace_status',
  `select ${statusOf('$1::uuid')} as status`,
);

/**
 * What plans limit, as used so far. Messages of the last minute are found by the primary key, since ids are UUIDv7:
 * no further index on the hot table.
 */
export const usedOfPlans = statement(
  'messages.used_of_plans',
  `select r.workspace_id,
     (select count(*) from messages m
       where m.workspace_id = r.workspace_id and m.id >= $2::uuid and m.direction = 'out') as minute_used,
     coalesce((select u.count from monthly_usage u
       where u.workspace_id = r.workspace_id and u.month = $3::date and u.metric = $4), 0) as month_used
   from unnest($1::uuid[]) r(workspace_id)`,
);
