import { createHmac } from 'node:crypto';

/** A line as its hashes see it; times in microseconds and JSON as PostgreSQL writes them, so that nothing is rounded. */
export interface Line {
  id: string;
  at: string;
  action: string;
  actorKind: string;
  actorId: string | null;
  actorRole: string;
  targetKind: string;
  targetId: string | null;
  ip: string | null;
  userAgent: string | null;
  requestId: string | null;
  impersonatorId: string | null;
  before: string | null;
  after: string | null;
  erasedAt: Date | null;
}

export type MarkKind = 'line' | 'erasure' | 'retention';

/** What a seal holds besides its chain hash. */
export interface Mark {
  workspaceId: string;
  seq: number;
  kind: MarkKind;
  auditId: string | null;
  untilSeq: number | null;
  factsHash: Buffer | null;
  contentHash: Buffer | null;
  keyId: string;
}

/** In front of a chain's first seal. */
export const genesis: Buffer = Buffer.alloc(32);

/** Keyed, also for content: an erased phone number must not be found by trying them all. */
function hash(key: Buffer, parts: readonly unknown[]): Buffer {
  // JSON keeps the borders between the parts: ("a", "bc") and ("ab", "c") differ.
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}

export function hashFacts(key: Buffer, line: Line): Buffer {
  return hash(key, [
    'facts',
    line.id,
    line.at,
    line.action,
    line.actorKind,
    line.actorId,
    line.actorRole,
    line.targetKind,
    line.targetId,
    line.ip,
    line.userAgent,
    line.requestId,
    line.impersonatorId,
  ]);
}

/** Of what was and what is; null for a line whose content is erased. */
export function hashContent(key: Buffer, line: Line): Buffer | null {
  return line.erasedAt === null ? hash(key, ['content', line.id, line.before, line.after]) : null;
}

export function hashChain(key: Buffer, previous: Buffer, mark: Mark): Buffer {
  return hash(key, [
    'chain',
    previous.toString('hex'),
    mark.workspaceId,
    mark.seq,
    mark.kind,
    mark.auditId,
    mark.untilSeq,
    mark.factsHash?.toString('hex') ?? null,
    mark.contentHash?.toString('hex') ?? null,
    mark.keyId,
  ]);
}
