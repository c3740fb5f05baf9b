import { z } from 'zod';
import { csvLine } from '../../platform/csv.ts';
import type { AuditRow } from './queries-read.ts';

export const auditBody = z
  .object({
    id: z.string(),
    at: z.string(),
    action: z.string().describe('The event, such as contact.blocked.'),
    actor: z.object({
      kind: z.string(),
      id: z.string().nullable(),
      role: z.string(),
      impersonatorId: z.string().nullable().describe('The superadmin who acted as this person.'),
    }),
    target: z.object({ kind: z.string(), id: z.string().nullable() }),
    origin: z.object({
      ip: z.string().nullable(),
      userAgent: z.string().nullable(),
      requestId: z.string().nullable(),
    }),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    erasedAt: z.string().nullable().describe('When before and after were taken out at somebody’s request.'),
    seal: z.number().int().nullable().describe('Place in the sealed chain; null: not sealed yet.'),
  })
  .meta({ id: 'AuditLine' });

export function presentAudit(row: AuditRow): z.infer<typeof auditBody> {
  return {
    id: row.id,
    at: row.at.toISOString(),
    action: row.action,
    actor: {
      kind: row.actorKind,
      id: row.actorId,
      role: row.actorRole,
      impersonatorId: row.impersonatorId,
    },
    target: { kind: row.targetKind, id: row.targetId },
    origin: { ip: row.ip, userAgent: row.userAgent, requestId: row.requestId },
    before: row.before,
    after: row.after,
    erasedAt: row.erasedAt?.toISOString() ?? null,
    seal: row.seal,
  };
}

/** With a byte order mark: without it a spreadsheet takes UTF-8 for something else. */
export const csvHead = `\ufeff${csvLine([
  'at',
  'action',
  'actorKind',
  'actorId',
  'actorRole',
  'impersonatorId',
  'targetKind',
  'targetId',
  'ip',
  'userAgent',
  'requestId',
  'before',
  'after',
  'seal',
  'id',
])}`;

export function csvOf(row: AuditRow): string {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  return csvLine([
    row.at.toISOString(),
    row.action,
    row.actorKind,
    row.actorId,
    row.actorRole,
    row.impersonatorId,
    row.targetKind,
    row.targetId,
    row.ip,
    row.userAgent,
    row.requestId,
    json(row.before),
    json(row.after),
    row.seal,
    row.id,
  ]);
}
