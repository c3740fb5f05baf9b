import type { Action } from '@chaski/contracts';

export type ColumnType = 'uuid' | 'text' | 'bool' | 'int4' | 'timestamptz' | 'jsonb';

/** One of S0's tables: a view of ours, who may read it, and where its writers should go. */
export interface CompatTable {
  name: string;
  view: string;
  action: Action;
  /** What says whose a row is. */
  tenant: string;
  columns: Readonly<Record<string, ColumnType>>;
  /** The native address that writes what it shows. */
  write: string;
  /** The operator's key reads it over all companies: it says how they stand, not what people wrote. */
  ofOperator?: boolean;
  /** Members who may use certain numbers only see the rows of these. */
  number?: string;
}

const base = { id: 'uuid', company_id: 'uuid', created_at: 'timestamptz' } as const;

/** Allow-lists: a name that is not here never reaches SQL. The views stand in migrations/0017. */
export const compatTables: readonly CompatTable[] = [
  {
    name: 'companies',
    view: 'compat_companies',
    action: 'workspace:read',
    tenant: 'id',
    columns: { id: 'uuid', name: 'text', status: 'text', plan: 'text', created_at: 'timestamptz' },
    write: 'PATCH /v1/workspace',
    ofOperator: true,
  },
  {
    name: 'user_profiles',
    view: 'compat_user_profiles',
    action: 'members:read',
    tenant: 'company_id',
    columns: { ...base, email: 'text', full_name: 'text', role: 'text', is_active: 'bool' },
    write: 'POST /v1/invitations, PATCH /v1/members/{userId} or PATCH /v1/auth/me',
  },
  {
    name: 'business_numbers',
    view: 'compat_business_numbers',
    action: 'numbers:read',
    tenant: 'company_id',
    columns: {
      ...base,
      phone_number: 'text',
      display_name: 'text',
      phone_number_id: 'text',
      provider: 'text',
      status: 'text',
      is_default: 'bool',
    },
    write: 'POST /v1/numbers, or PATCH /v1/operator/numbers/{id} to approve one',
    ofOperator: true,
    number: 'id',
  },
  {
    name: 'conversations',
    view: 'compat_conversations',
    action: 'conversations:read',
    tenant: 'company_id',
    columns: {
      ...base,
      business_number_id: 'uuid',
      customer_id: 'uuid',
      customer_phone: 'text',
      customer_name: 'text',
      status: 'text',
      assigned_to: 'uuid',
      unread_count: 'int4',
      last_message: 'text',
      last_message_at: 'timestamptz',
      updated_at: 'timestamptz',
    },
    write: 'POST /v1/conversations/{id}/assign, close, snooze, reopen or read',
    number: 'business_number_id',
  },
  {
    name: 'messages',
    view: 'compat_messages',
    action: 'messages:read',
    tenant: 'company_id',
    columns: {
      ...base,
      conversation_id: 'uuid',
      business_number_id: 'uuid',
      customer_id: 'uuid',
      direction: 'text',
      message_type: 'text',
      body: 'text',
      content: 'jsonb',
      status: 'text',
      wa_message_id: 'text',
    },
    write: 'POST /v1/messages',
    number: 'business_number_id',
  },
  {
    name: 'quick_replies',
    view: 'compat_quick_replies',
    action: 'team:read',
    tenant: 'company_id',
    columns: { ...base, user_id: 'uuid', shortcut: 'text', message: 'text', updated_at: 'timestamptz' },
    write: 'POST /v1/quick-replies',
  },
  {
    name: 'api_settings',
    view: 'compat_api_settings',
    action: 'numbers:read',
    tenant: 'company_id',
    columns: {
      ...base,
      provider: 'text',
      waba_id: 'text',
      name: 'text',
      api_version: 'text',
      has_key: 'bool',
      paused_reason: 'text',
    },
    write: 'POST /v1/accounts',
  },
];
