import type { Tx } from '../../platform/db/index.ts';
import { storableJson } from '../../platform/storable.ts';
import { releaseCodes, saveTemplates } from './queries.ts';
import { noteVersions } from './queries-versions.ts';
import { type TemplateRow, toRecord } from './rows.ts';

const keyOf = (row: Pick<TemplateRow, 'workspaceId' | 'accountId' | 'name' | 'language'>) =>
  `${row.workspaceId} ${row.accountId} ${row.name} ${row.language}`;

/** Writes rows as they are, two statements however many, in key order; a row that somebody else added meanwhile keeps its id. */
export async function saveRows(tx: Tx, rows: readonly TemplateRow[]): Promise<TemplateRow[]> {
  if (rows.length === 0) return [];
  const sorted = [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const coded = sorted.filter((row) => row.providerTemplateId !== null);
  await tx.execute(releaseCodes, [
    coded.map((row) => row.workspaceId),
    coded.map((row) => row.accountId),
    coded.map((row) => row.providerTemplateId),
    coded.map((row) => row.name),
    coded.map((row) => row.language),
  ]);
  const saved = await tx.query<{
    id: string;
    workspace_id: string;
    account_id: string;
    name: string;
    language: string;
  }>(saveTemplates, [storableJson(sorted.map(toRecord))]);
  const ids = new Map(
    saved.map((row) => [`${row.workspace_id} ${row.account_id} ${row.name} ${row.language}`, row.id]),
  );
  return sorted.map((row) => ({ ...row, id: ids.get(keyOf(row)) ?? row.id }));
}

/** Keeps what WhatsApp shows as versions. */
export async function keepSeen(tx: Tx, rows: readonly TemplateRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(noteVersions, [
    storableJson(
      rows.map((row) => ({
        workspace_id: row.workspaceId,
        template_id: row.id,
        category: row.category,
        parameter_format: row.parameterFormat,
        message_send_ttl_seconds: row.messageSendTtlSeconds,
        components: row.components,
      })),
    ),
    tx.now().toISOString(),
  ]);
}
