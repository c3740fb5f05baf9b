import type { FastifyRequest } from 'fastify';
import type { Actor, SystemTx } from '../../platform/db/index.ts';
import { emit } from '../../platform/events/index.ts';
import { forgetCallers } from '../../platform/http/index.ts';
import { installation } from '../../platform/ids.ts';
import type { Mailer } from '../../platform/mail/index.ts';
import type { MailKind } from './mail-texts.ts';
import { composeMail, type MailLinks } from './mails.ts';
import { type PersonRecord, personById } from './queries-people.ts';

export type AskedBy = Pick<FastifyRequest, 'person' | 'principal' | 'ip' | 'headers' | 'id'>;

/** A person who changes or uses what they sign in with: in no workspace's name, but with the role they came in. */
export function selfOf(request: AskedBy, userId: string): Actor {
  return {
    kind: 'user',
    id: userId,
    role: request.principal?.actor.role ?? (request.person?.isSuperadmin ? 'superadmin' : 'viewer'),
    origin: {
      ip: request.ip,
      userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
      requestId: request.id,
      impersonatorId: request.principal?.actor.origin?.impersonatorId ?? null,
    },
  };
}

/** What goes with telling: the mail to the person. */
export interface TellDeps {
  mailer: Mailer;
  links: MailLinks;
}

const mails = {
  'second_factor.begun': null,
  'second_factor.added': 'factor-added',
  'second_factor.renamed': null,
  'second_factor.removed': 'factor-removed',
  'recovery_codes.made': 'recovery-codes-made',
  'single_sign_on.linked': 'sign-on-linked',
} as const satisfies Record<string, MailKind | null>;

/** One event about a person's ways to sign in, and its line in the installation's audit. */
export interface Told {
  name: keyof typeof mails;
  data?: Record<string, unknown>;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** Says what changed, to the audit and, where it changes who can sign in, to the person by mail. */
export async function tell(
  tx: SystemTx,
  deps: TellDeps,
  request: AskedBy,
  userId: string,
  told: Told,
): Promise<void> {
  await emit(tx, [
    {
      workspaceId: installation,
      name: told.name,
      actor: selfOf(request, userId),
      data: { userId, ...told.data },
      audit: {
        target: { kind: 'user', id: userId },
        before: told.before ?? null,
        after: told.after ?? told.data ?? null,
      },
    },
  ]);
  const kind = mails[told.name];
  const [person] = kind === null ? [] : await tx.query<PersonRecord>(personById, [userId]);
  if (kind !== null && person) {
    await deps.mailer.send(tx, composeMail(deps.links, kind, person, { name: person.name }));
  }
  // Where a workspace asks for a second factor, the next request knows of it.
  tx.afterCommit(forgetCallers);
}
