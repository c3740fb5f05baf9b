import { describe, expect, it } from 'vitest';
import { seedWorkspace, testDatabase } from '../../../test/harness.ts';
import { systemActor } from '../../platform/db/index.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { recordNotices } from '../numbers/index.ts';
import { applyNotices, syncTemplates, templateFor, templateNotices, templatesOf } from './index.ts';

const { db, clock } = await testDatabase();
await registerJobs(db);
const a = await seedWorkspace(db, { name: 'A' });
const b = await seedWorkspace(db, { name: 'B' });
const read = (name: string, who = a) =>
  db.withTenant(who.workspaceId, systemActor, (tx) => templateFor(tx, a.accountId, name, 'en'));
const later = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
const status = (event: string, at: Date, name = 'hello') => ({
  workspaceId: a.workspaceId,
  accountId: a.accountId as string,
  field: 'message_template_status_update',
  value: {
    event,
    messageTemplateId: 42,
    messageTemplateName: name,
    messageTemplateLanguage: 'en',
  } as Record<string, unknown>,
  at,
});
const apply = (...notices: Parameters<typeof applyNotices>[1]) =>
  db.withSystem('test', (tx) => applyNotices(tx, notices));

describe('templates', () => {
  it('are taken over from a listing, and gone when it no longer names them', async () => {
    const listing = {
      language: 'en',
      category: 'utility',
      status: 'approved',
      components: [{ type: 'BODY' }],
    };
    await syncTemplates(db, a, async () => [
      { name: 'hello', ...listing },
      { name: 'old', ...listing },
    ]);
    expect(await read('hello')).toMatchObject({ status: 'APPROVED', category: 'UTILITY' });
    await syncTemplates(db, a, async () => [{ name: 'hello', ...listing }]);
    expect((await read('old'))?.status).toBe('DELETED');
    expect((await read('hello'))?.components).toEqual([{ type: 'BODY' }]);
    expect(await read('hello', b)).toBeNull();
    expect(await db.withTenant(b.workspaceId, systemActor, (tx) => templatesOf(tx))).toEqual([]);
  });

  it('follow notices by their time, not by their order', async () => {
    await apply(status('PAUSED', later(20)));
    await apply(status('APPROVED', later(10)));
    expect((await read('hello'))?.status).toBe('PAUSED');
    await apply(status('REINSTATED', later(40)), status('DISABLED', later(30)));
    expect(await read('hello')).toMatchObject({
      status: 'APPROVED',
      category: 'UTILITY',
      providerTemplateId: '42',
    });
    expect((await read('hello'))?.components).toEqual([{ type: 'BODY' }]);
    await apply({
      ...status('', later(50)),
      field: 'template_category_update',
      value: {
        messageTemplateName: 'hello',
        messageTemplateLanguage: 'en',
        previousCategory: 'UTILITY',
        newCategory: 'MARKETING',
      },
    });
    expect(await read('hello')).toMatchObject({ status: 'APPROVED', category: 'MARKETING' });
  });

  it('are added by a notice about an unknown one; nonsense changes nothing', async () => {
    await apply(
      status('REJECTED', later(1), 'new'),
      { ...status('X', later(1)), value: { event: 5, messageTemplateName: null } },
      { ...status('X', later(1)), accountId: null },
    );
    expect(await read('new')).toMatchObject({ status: 'REJECTED', category: 'UNKNOWN' });
  });

  it('hear of notices through the event that numbers emits', async () => {
    await db.withSystem('test', (tx) =>
      recordNotices(tx, [
        { ...status('FLAGGED', later(60), 'heard'), numberId: null, about: 'template' },
        { ...status('FLAGGED', later(60), 'unheard'), numberId: null, about: 'flow' },
      ]),
    );
    const events = await db.withSystem('test', (tx) =>
      tx.query<{
        n: number;
        workspace_id: string;
        id: string;
        name: string;
        at: Date;
        data: Record<string, unknown>;
      }>("select n, workspace_id, id, name, at, data from events where name = 'account.notice' order by n"),
    );
    await db.withSystem('test', (tx) =>
      templateNotices.handle(
        tx,
        events.map((event) => ({
          seq: event.n,
          workspaceId: event.workspace_id,
          id: event.id,
          name: event.name,
          at: event.at,
          actor: null,
          data: event.data,
        })),
      ),
    );
    expect((await read('heard'))?.status).toBe('APPROVED');
    expect(await read('unheard')).toBeNull();
  });
});
