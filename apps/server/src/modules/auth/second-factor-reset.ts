import { type Database, systemActor } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { installation } from '../../platform/ids.ts';
import { dropFactors } from './queries-second-factor.ts';
import { revokeSessions } from './sessions.ts';

/**
 * For whoever lost phone, passkeys and recovery codes: all of them are void and every session ends, so that the next
 * sign-in is by password or single sign-on alone. Who asks has shown an operator that it is them.
 */
export async function resetSecondFactors(
  db: Database,
  email: string,
): Promise<{ email: string; totp: boolean; passkeys: number }> {
  return db.withSystem('an operator resets second factors', async (tx) => {
    const [row] = await tx.query<{ id: string; email: string; totp: number; passkeys: number }>(dropFactors, [
      email.trim(),
    ]);
    if (!row) throw errors.notFound('user', { email });
    const before = { totp: row.totp > 0, passkeys: row.passkeys };
    await revokeSessions(tx, { userId: row.id }, { actor: systemActor, audited: false });
    await emit(tx, [
      {
        workspaceId: installation,
        name: 'second_factor.reset',
        actor: systemActor,
        data: { userId: row.id },
        audit: { target: { kind: 'user', id: row.id }, before, after: { totp: false, passkeys: 0 } },
      },
    ]);
    return { email: row.email, ...before };
  });
}
