/** A message whose account's token lies in a vault that is away: it waits, says why, and goes when it is back. */
import { expect, it } from 'vitest';
import { awsDouble } from '../../../test/aws.ts';
import { testDatabase, testRing, until } from '../../../test/harness.ts';
import { awsVault } from '../../platform/keys/index.ts';
import { seal } from '../../platform/seal.ts';
import { forgetCredential, useKeyRing } from '../numbers/index.ts';
import { stageOn } from './testing.ts';

const stage = await stageOn(await testDatabase({ poolSize: 12 }));
const { db, clock, query } = stage;

it('waits while the vault is away, with the reason, using up no try, and is sent once when it is back', async () => {
  const aws = await awsDouble();
  // It remembers nothing, so that the test waits for nobody's clock.
  const vault = awsVault({ ...aws.address, prefix: 'chaski/tokens' });
  useKeyRing(db, testRing, { vault, keeps: true });
  const place = await stage.place({ token: 'mock_in_the_vault' });
  const name = vault.newName(place.workspaceId);
  await vault.create(name, 'mock_in_the_vault', 'Token');
  const at = {
    workspaceId: place.workspaceId,
    table: 'accounts',
    column: 'sealed_token',
    rowId: place.accountId,
  };
  await query("update accounts set token_in = 'aws', sealed_token = $2 where id = $1", [
    place.accountId,
    seal(testRing, at, name),
  ]);
  aws.failing = { status: 503, times: Number.POSITIVE_INFINITY };

  stage.deliver();
  const id = await stage.say(place, 'hello from the vault');
  const queued = () =>
    query<{ state: string; reason: string | null; attempts: number; due_at: Date }>(
      'select state, reason, attempts, due_at from send_queue where message_id = $1',
      [id],
    );
  const waits = (after: Date) =>
    until('the message waits', async () => {
      const [row] = await queued();
      return row?.state === 'due' && row.reason !== null && row.due_at > after && row;
    });
  const first = await waits(clock.now());
  expect(first).toMatchObject({
    attempts: 0,
    reason: expect.stringMatching(/lies in AWS Secrets Manager and cannot be read.*503/),
  });
  expect(await stage.status(id)).toBe('queued');
  clock.advance(60_000);
  // Asked again, and put off again: nothing of that is on its way when the clock moves on.
  expect(await waits(first.due_at)).toMatchObject({ attempts: 0 });
  expect(await stage.texts(place.phone)).toEqual([]);

  aws.failing.times = 0;
  forgetCredential(db, place.accountId);
  clock.advance(60_000);
  await stage.becomes(id, 'accepted');
  expect(await stage.texts(place.phone)).toEqual(['hello from the vault']);
  await aws.close();
});
