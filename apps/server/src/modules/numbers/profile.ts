import type { BusinessProfile, ProfileChange } from '@chaski/contracts';
import type { Providers } from '@chaski/providers';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { credentialFor } from './credentials.ts';
import type { NumberRow } from './read.ts';

export interface ProfileDeps {
  db: Database;
  calls: Pick<Providers, 'profile' | 'changeProfile' | 'uploadSample'>;
  /** The bytes of a picture that somebody uploaded; throws where it is none that WhatsApp takes. */
  pictureOf(workspaceId: string, mediaId: string): Promise<{ bytes: Uint8Array; type: string }>;
}

const timeoutMs = 10_000;
/** 5 MB at 250 kB/s and some. */
const pictureTimeoutMs = 30_000;

/** What people see of a number, asked of WhatsApp: it may be written elsewhere too. Calls out: not in a transaction. */
export async function readProfile({ db, calls }: ProfileDeps, number: NumberRow): Promise<BusinessProfile> {
  const credential = await credentialFor(db, number.workspaceId, number.accountId);
  const read = await calls.profile({ credential, phoneNumberId: number.phoneNumberId, timeoutMs });
  if (read.outcome !== 'ok') throw failed(read);
  return read.profile;
}

/** Changes what is given. Calls out; done again it ends equal, so that a lost answer is mended by doing it again. */
export async function writeProfile(
  { db, calls, pictureOf }: ProfileDeps,
  number: NumberRow,
  { pictureMediaId, ...change }: ProfileChange & { pictureMediaId?: string | undefined },
): Promise<void> {
  const credential = await credentialFor(db, number.workspaceId, number.accountId);
  let pictureHandle: string | undefined;
  if (pictureMediaId !== undefined) {
    const { bytes, type } = await pictureOf(number.workspaceId, pictureMediaId);
    const uploaded = await calls.uploadSample({
      credential,
      bytes,
      mimeType: type,
      filename: type === 'image/png' ? 'picture.png' : 'picture.jpg',
      timeoutMs: pictureTimeoutMs,
    });
    if (uploaded.outcome !== 'ok') {
      const retry = uploaded.outcome === 'failed' && uploaded.retry;
      throw failed({ outcome: retry ? 'unreachable' : 'refused', reason: uploaded.reason });
    }
    pictureHandle = uploaded.value.handle;
  }
  const written = await calls.changeProfile({
    credential,
    phoneNumberId: number.phoneNumberId,
    change: { ...change, pictureHandle },
    timeoutMs,
  });
  if (written.outcome !== 'ok') throw failed(written);
}

/** Afterwards: who changed what. */
export async function tellProfile(
  tx: TenantTx,
  number: NumberRow,
  before: BusinessProfile,
  { pictureMediaId, ...change }: ProfileChange & { pictureMediaId?: string | undefined },
): Promise<void> {
  const fields = Object.keys(change) as (keyof ProfileChange)[];
  const picture = pictureMediaId === undefined ? {} : { pictureMediaId };
  await emit(tx, [
    {
      workspaceId: number.workspaceId,
      name: 'number.profile_changed',
      data: { numberId: number.id, fields: [...fields, ...Object.keys(picture)] },
      audit: {
        target: { kind: 'number', id: number.id },
        before: Object.fromEntries(fields.map((field) => [field, before[field]])),
        after: { ...change, ...picture },
      },
    },
  ]);
}

function failed({ outcome, reason }: { outcome: 'refused' | 'unreachable'; reason: string }) {
  return outcome === 'refused'
    ? errors.unprocessable('profile_refused', `WhatsApp said no (${reason}).`, { reason })
    : errors.overloaded(`WhatsApp could not be asked (${reason}). Try again.`, { reason });
}
