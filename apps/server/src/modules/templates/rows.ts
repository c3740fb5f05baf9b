import type { AccountId, WorkspaceId } from '../../platform/ids.ts';

export interface TemplateRow {
  id: string;
  workspaceId: WorkspaceId;
  accountId: AccountId;
  name: string;
  language: string;
  /** MARKETING | UTILITY | AUTHENTICATION | UNKNOWN */
  category: string;
  /** DRAFT as long as WhatsApp never had it; then WhatsApp's words: APPROVED, PAUSED, REJECTED, … | UNKNOWN */
  status: string;
  providerTemplateId: string | null;
  components: unknown[];
  parameterFormat: 'POSITIONAL' | 'NAMED';
  messageSendTtlSeconds: number | null;
  /** GREEN | YELLOW | RED | UNKNOWN */
  quality: string;
  rejectedReason: string | null;
  previousCategory: string | null;
  /** Announced; holds a day later. */
  correctCategory: string | null;
  createdAt: Date;
  /** When WhatsApp last said something, by its own clock, in whole seconds. */
  updatedAt: Date;
  deletingAt: Date | null;
}

// A flagged one is watched and sent all the same; the others say how it came to be approved again.
const approved: ReadonlySet<string> = new Set(['REINSTATED', 'UNARCHIVED', 'FLAGGED']);

/** What we call the status that a notice or a listing tells. */
export const statusCalled = (word: string): string => (approved.has(word) ? 'APPROVED' : word);

export interface TemplateRecord {
  id: string;
  workspace_id: string;
  account_id: string;
  name: string;
  language: string;
  category: string;
  status: string;
  provider_template_id: string | null;
  components: unknown[];
  parameter_format: 'POSITIONAL' | 'NAMED';
  message_send_ttl_seconds: number | null;
  quality: string;
  rejected_reason: string | null;
  previous_category: string | null;
  correct_category: string | null;
  created_at: Date;
  updated_at: Date;
  deleting_at: Date | null;
  [column: string]: unknown;
}

export function toTemplate(row: TemplateRecord): TemplateRow {
  return {
    id: row.id,
    workspaceId: row.workspace_id as WorkspaceId,
    accountId: row.account_id as AccountId,
    name: row.name,
    language: row.language,
    category: row.category,
    status: row.status,
    providerTemplateId: row.provider_template_id,
    components: row.components,
    parameterFormat: row.parameter_format,
    messageSendTtlSeconds: row.message_send_ttl_seconds,
    quality: row.quality,
    rejectedReason: row.rejected_reason,
    previousCategory: row.previous_category,
    correctCategory: row.correct_category,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletingAt: row.deleting_at,
  };
}

export function toRecord(row: TemplateRow): Omit<
  TemplateRecord,
  'created_at' | 'updated_at' | 'deleting_at'
> & {
  created_at: string;
  updated_at: string;
  deleting_at: string | null;
} {
  return {
    id: row.id,
    workspace_id: row.workspaceId,
    account_id: row.accountId,
    name: row.name,
    language: row.language,
    category: row.category,
    status: row.status,
    provider_template_id: row.providerTemplateId,
    components: row.components,
    parameter_format: row.parameterFormat,
    message_send_ttl_seconds: row.messageSendTtlSeconds,
    quality: row.quality,
    rejected_reason: row.rejectedReason,
    previous_category: row.previousCategory,
    correct_category: row.correctCategory,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    deleting_at: row.deletingAt?.toISOString() ?? null,
  };
}

export type VersionState = 'draft' | 'submitting' | 'unknown' | 'refused' | 'submitted' | 'seen';

export interface VersionRow {
  workspaceId: WorkspaceId;
  templateId: string;
  n: number;
  category: string;
  parameterFormat: 'POSITIONAL' | 'NAMED';
  messageSendTtlSeconds: number | null;
  components: unknown[];
  state: VersionState;
  problem: { code: number; title: string; message: string } | null;
  createdAt: Date;
  updatedAt: Date;
  callStartedAt: Date | null;
  submittedAt: Date | null;
  /** null: WhatsApp showed it, nobody here wrote it. */
  author: { kind: string; id: string | null } | null;
}

export interface VersionRecord {
  workspace_id: string;
  template_id: string;
  n: number;
  category: string;
  parameter_format: 'POSITIONAL' | 'NAMED';
  message_send_ttl_seconds: number | null;
  components: unknown[];
  state: VersionState;
  problem: VersionRow['problem'];
  created_at: Date;
  updated_at: Date;
  call_started_at: Date | null;
  submitted_at: Date | null;
  author_kind: string | null;
  author_id: string | null;
  [column: string]: unknown;
}

export function toVersion(row: VersionRecord): VersionRow {
  return {
    workspaceId: row.workspace_id as WorkspaceId,
    templateId: row.template_id,
    n: row.n,
    category: row.category,
    parameterFormat: row.parameter_format,
    messageSendTtlSeconds: row.message_send_ttl_seconds,
    components: row.components,
    state: row.state,
    problem: row.problem,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    callStartedAt: row.call_started_at,
    submittedAt: row.submitted_at,
    author: row.author_kind === null ? null : { kind: row.author_kind, id: row.author_id },
  };
}

/** WhatsApp's times are whole seconds; ours are cut alike, or what it says within the same second would count as late. */
export function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}
