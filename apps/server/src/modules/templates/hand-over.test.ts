/** From a draft to WhatsApp and back: review, refusal, crash, change, deletion. WhatsApp is the simulator. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloudProvider, type NoticeItem, type TemplateCalls } from '@chaski/providers';
import { createSimulator, VirtualClock } from '@chaski/simulator';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { seedWorkspace, testDatabase, testRing, until } from '../../../test/harness.ts';
import { fsBlobs } from '../../platform/blobs/index.ts';
import { systemActor, type TenantTx } from '../../platform/db/index.ts';
import { createLog } from '../../platform/log.ts';
import { registerJobs } from '../../platform/queue/index.ts';
import { keepUpload, storeBytes } from '../media/index.ts';
import { useKeyRing } from '../numbers/index.ts';
import { createTemplate, discardDraft, duplicateTemplate, editTemplate } from './draft.ts';
import { handOverHandlers, syncTemplates } from './index.ts';
import { applyNotices } from './notices.ts';
import { getTemplate, listVersions } from './read.ts';
import { deleteTemplate, submitTemplate } from './submit.ts';

const { db, clock } = await testDatabase();
useKeyRing(db, testRing);
await registerJobs(db);
const simClock = new VirtualClock(clock.now().getTime());
const sim = await createSimulator({ adminKey: 'key', clock: simClock });
const real = createCloudProvider();
const folder = mkdtempSync(join(tmpdir(), 'chaski-templates-'));
const blobs = fsBlobs(folder);
const log = createLog('silent');
afterAll(async () => {
  await real.close();
  await sim.close();
  rmSync(folder, { recursive: true, force: true });
});

const place = await seedWorkspace(db, { baseUrl: sim.url, token: 'token-1' });
sim.addApp({ id: 'app', secret: 'secret', webhookUrl: 'http://127.0.0.1:9/', verifyToken: 'v' });
sim.addNumber({
  phoneNumberId: place.phoneNumberId,
  accountId: place.accountRef,
  appId: 'app',
  token: 'token-1',
});

const tenant = <T>(fn: (tx: TenantTx) => Promise<T>) => db.withTenant(place.workspaceId, systemActor, fn);
const query = <Row>(sql: string, values: readonly unknown[] = []) =>
  db.withSystem('test', (tx) => tx.query<Row & Record<string, unknown>>(sql, values));

/** Runs a job as the queue would; what was queued is asserted apart. */
const run = (name: string, payload: object, calls: Partial<TemplateCalls> = {}) =>
  handOverHandlers({ db, blobs, provider: { ...real, ...calls } })
    .find(({ job }) => job.name === name)!
    .run(payload, { workspaceId: place.workspaceId, attempt: 1, log, signal: new AbortController().signal });
const hand = (id: string, calls: Partial<TemplateCalls> = {}, n = 1) =>
  run('templates.submit', { templateId: id, n }, calls);

/** Both clocks; what the simulator's webhooks say is applied. */
const heard = new Set<string>();
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await sim.advance(ms);
  // Nobody listens at its address, so each is tried again: the door knows such bodies, and so does this.
  const bodies = [...new Set(sim.deliveries().map(({ body }) => body))].filter((body) => !heard.has(body));
  for (const body of bodies) heard.add(body);
  const notices = bodies
    .flatMap((body) => real.parse(Buffer.from(body)))
    .filter((item): item is NoticeItem => item.kind === 'notice');
  await db.withSystem('test', (tx) =>
    applyNotices(
      tx,
      notices.map(({ field, value, at }) => ({
        workspaceId: place.workspaceId,
        accountId: place.accountId,
        field,
        value,
        at: at ?? clock.now(),
      })),
    ),
  );
}

const text = (words = 'Hi {{1}}, your order is on its way.') => ({
  type: 'BODY',
  text: words,
  example: { body_text: [['Ana']] },
});
let serial = 0;
let name = '';
beforeEach(() => {
  serial++;
  name = `news_${serial}`;
  sim.faults.disarm();
});
const write = (components: unknown[] = [text()]) =>
  tenant((tx) =>
    createTemplate(tx, place.accountId, { name, language: 'en_US', category: 'UTILITY', components }),
  );
const submitted = async (components?: unknown[]) => {
  const { id } = await write(components);
  await tenant((tx) => submitTemplate(tx, id));
  return id;
};
const read = (id: string) => tenant((tx) => getTemplate(tx, id));
const versions = async (id: string) =>
  (await tenant((tx) => listVersions(tx, id, { limit: 10, after: null }))).map(
    ({ n, state }) => `${n} ${state}`,
  );
const events = async (id: string) =>
  (
    await query<{ name: string }>("select name from events where data->>'templateId' = $1 order by n", [id])
  ).map((row) => row.name);
/** How often WhatsApp has it. */
const atWhatsApp = async () => {
  const listed = await real.listTemplates({
    credential: { provider: 'cloud', token: 'token-1', baseUrl: sim.url, version: 'v24.0' } as never,
    accountRef: place.accountRef,
    timeoutMs: 5_000,
  });
  return listed.outcome === 'ok' ? listed.templates.filter((one) => one.name === name).length : -1;
};

describe('a template', () => {
  test('is written, submitted, approved by webhook; each step is told', async () => {
    const id = await submitted();
    const queued = await query(
      `select 1 from graphile_worker._private_jobs where payload->'payload'->>'templateId' = $1`,
      [id],
    );
    expect(queued).toHaveLength(1);
    await hand(id);
    expect(await read(id)).toMatchObject({
      status: 'PENDING',
      providerTemplateId: expect.stringMatching(/^\d+$/),
    });
    await pass(60_000);
    expect((await read(id)).status).toBe('APPROVED');
    expect(await versions(id)).toEqual(['1 submitted']);
    expect(await events(id)).toEqual([
      'template.created',
      'template.submit_requested',
      'template.submitted',
      'template.status_changed',
      'template.approved',
    ]);
  });

  test('is refused here for what WhatsApp would refuse, with its code', async () => {
    const { id } = await write([text('{{1}}, your order is on its way.')]);
    await expect(tenant((tx) => submitTemplate(tx, id))).rejects.toMatchObject({
      status: 422,
      code: 'template_invalid',
      details: { problems: [{ code: 2388299, path: 'components[0].text' }] },
    });
  });

  test('tells why WhatsApp rejected it, and that its category is another', async () => {
    sim.faults.arm('template_rejected', { value: 'TAG_CONTENT_MISMATCH' });
    sim.faults.arm('template_recategorised');
    const id = await submitted();
    await hand(id);
    await pass(60_000);
    expect(await read(id)).toMatchObject({
      status: 'REJECTED',
      rejectedReason: 'TAG_CONTENT_MISMATCH',
      category: 'MARKETING',
    });
    expect(await events(id)).toContain('template.category_changed');
  });

  test('is paused and comes back, loses quality, is disabled; flips to marketing', async () => {
    const id = await submitted();
    await hand(id);
    await pass(60_000);
    sim.changeTemplate(place.accountRef, name, { quality: 'RED' });
    await pass(1_000);
    expect(await read(id)).toMatchObject({ status: 'PAUSED', quality: 'RED' });
    await pass(3 * 3_600_000);
    expect((await read(id)).status).toBe('APPROVED');
    sim.changeTemplate(place.accountRef, name, { correctCategory: 'MARKETING' });
    await pass(1_000);
    expect(await read(id)).toMatchObject({ category: 'UTILITY', correctCategory: 'MARKETING' });
    sim.changeTemplate(place.accountRef, name, { category: 'MARKETING' });
    await pass(1_000);
    expect(await read(id)).toMatchObject({
      category: 'MARKETING',
      previousCategory: 'UTILITY',
      correctCategory: null,
    });
    sim.changeTemplate(place.accountRef, name, { status: 'IN_APPEAL' });
    await pass(1_000);
    sim.changeTemplate(place.accountRef, name, { status: 'DISABLED' });
    await pass(1_000);
    expect((await events(id)).slice(5)).toEqual([
      'template.paused',
      'template.quality_changed',
      'template.approved',
      'template.category_announced',
      'template.category_changed',
      'template.in_appeal',
      'template.disabled',
    ]);
  });

  test('stays as it is at WhatsApp until its change is approved', async () => {
    const id = await submitted();
    await hand(id);
    await pass(60_000);
    await tenant((tx) => editTemplate(tx, id, { components: [text('Hello {{1}}, your parcel is here.')] }));
    expect((await read(id)).components).toEqual([text()]);
    expect(await versions(id)).toEqual(['2 draft', '1 submitted']);
    await expect(tenant((tx) => editTemplate(tx, id, { name: 'other' }))).rejects.toMatchObject({
      code: 'template_name_fixed',
    });
    await tenant((tx) => submitTemplate(tx, id));
    await hand(id, {}, 2);
    expect((await read(id)).status).toBe('PENDING');
    await pass(60_000);
    expect(await read(id)).toMatchObject({
      status: 'APPROVED',
      components: [text('Hello {{1}}, your parcel is here.')],
    });
    expect(await atWhatsApp()).toBe(1);
    // A second change within a day is WhatsApp's to refuse; its words are kept.
    await tenant((tx) => editTemplate(tx, id, { components: [text('Hello {{1}}, it is here again.')] }));
    await tenant((tx) => submitTemplate(tx, id));
    await hand(id, {}, 3);
    const [last] = await tenant((tx) => listVersions(tx, id, { limit: 1, after: null }));
    expect(last).toMatchObject({
      state: 'refused',
      problem: { message: expect.stringMatching(/once in 24 hours/) },
    });
    expect((await read(id)).status).toBe('APPROVED');
  });

  test('is duplicated into another language, discarded, and its name is free again', async () => {
    const { id } = await write();
    await expect(write()).rejects.toMatchObject({ code: 'template_exists' });
    const copy = await tenant((tx) => duplicateTemplate(tx, id, { language: 'es' }));
    expect(copy).toMatchObject({ status: 'DRAFT', language: 'es', components: [text()] });
    await tenant((tx) => discardDraft(tx, id));
    await expect(read(id)).rejects.toMatchObject({ code: 'not_found' });
    await write();
  });

  test('is deleted at WhatsApp, also when the answer got lost', async () => {
    const id = await submitted();
    await hand(id);
    await pass(60_000);
    await tenant((tx) => deleteTemplate(tx, id));
    const lost: Partial<TemplateCalls> = {
      deleteTemplate: async (call) => {
        await real.deleteTemplate(call);
        return { outcome: 'unknown', reason: 'the line broke' };
      },
    };
    await expect(run('templates.delete', { templateId: id }, lost)).rejects.toThrow('did not say');
    await run('templates.delete', { templateId: id });
    await pass(1_000);
    expect(await read(id)).toMatchObject({ status: 'DELETED', deletingAt: null });
    expect(await atWhatsApp()).toBe(0);
    await syncTemplates(db, place, async () => []);
    expect((await events(id)).filter((one) => one === 'template.deleted')).toHaveLength(1);
  });

  test('brings its sample along: a file of ours becomes a handle', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const file = await storeBytes(
      { blobs, now: () => clock.now() },
      {
        kind: 'image',
        declaredType: 'image/png',
        filename: 'shop.png',
        bytes: (async function* () {
          yield png;
        })(),
      },
    );
    const media = await tenant((tx) => keepUpload(tx, file));
    const id = await submitted([
      { type: 'HEADER', format: 'IMAGE', example: { header_handle: [media.id] } },
      text(),
    ]);
    let sent: readonly unknown[] = [];
    await hand(id, {
      createTemplate: (call) => {
        sent = call.template.components;
        return real.createTemplate(call);
      },
    });
    expect(JSON.stringify(sent)).toMatch(/"header_handle":\["4::/);
    expect((await read(id)).status).toBe('PENDING');
  });
});

describe('the boundary of a submission', () => {
  const created = (calls: { n: number }): Partial<TemplateCalls> => ({
    createTemplate: (call) => {
      calls.n++;
      return real.createTemplate(call);
    },
  });

  test('died after WhatsApp took it: found by name, never created twice', async () => {
    const id = await submitted();
    const calls = { n: 0 };
    await expect(
      hand(id, {
        createTemplate: async (call) => {
          await created(calls).createTemplate!(call);
          throw new Error('killed');
        },
      }),
    ).rejects.toThrow('killed');
    expect((await read(id)).status).toBe('DRAFT');
    await expect(tenant((tx) => editTemplate(tx, id, { category: 'MARKETING' }))).rejects.toMatchObject({
      code: 'template_submitting',
    });
    await hand(id, created(calls));
    expect(calls.n).toBe(1);
    expect(await atWhatsApp()).toBe(1);
    expect(await read(id)).toMatchObject({ status: 'PENDING', providerTemplateId: expect.any(String) });
    expect(await versions(id)).toEqual(['1 submitted']);
  });

  test('died before the call: created once', async () => {
    const id = await submitted();
    const calls = { n: 0 };
    await expect(hand(id, { createTemplate: () => Promise.reject(new Error('killed')) })).rejects.toThrow(
      'killed',
    );
    await hand(id, created(calls));
    expect(calls.n).toBe(1);
    expect(await atWhatsApp()).toBe(1);
  });

  test('an outcome that nobody knows is looked for; a slow call is met by “already exists”', async () => {
    const id = await submitted();
    await expect(
      hand(id, { createTemplate: async () => ({ outcome: 'unknown', reason: 'timeout' }) }),
    ).rejects.toThrow('Nobody knows');
    expect(await versions(id)).toEqual(['1 unknown']);
    let looks = 0;
    await hand(id, {
      // Not there yet when it is looked for, there when it is created again.
      findTemplate: async (call) => {
        looks++;
        const found = await real.findTemplate(call);
        if (looks === 1) await real.createTemplate({ ...call, template: { ...draftOf(), name: call.name } });
        return found;
      },
    });
    expect(looks).toBe(2);
    expect(await atWhatsApp()).toBe(1);
    expect(await versions(id)).toEqual(['1 submitted']);
  });

  test('a listing that shows it settles what nobody knew', async () => {
    const id = await submitted();
    await expect(
      hand(id, {
        createTemplate: async (call) => {
          await real.createTemplate(call);
          return { outcome: 'unknown', reason: 'timeout' };
        },
      }),
    ).rejects.toThrow();
    const listed = await real.listTemplates({
      credential: { provider: 'cloud', token: 'token-1', baseUrl: sim.url, version: 'v24.0' } as never,
      accountRef: place.accountRef,
      timeoutMs: 5_000,
    });
    await syncTemplates(db, place, async () => (listed.outcome === 'ok' ? listed.templates : []));
    expect((await read(id)).status).toBe('PENDING');
    expect(await versions(id)).toEqual(['1 submitted']);
    const calls = { n: 0 };
    await hand(id, created(calls));
    expect(calls.n).toBe(0);
  });

  test('a refusal is kept with its words, and the draft may be changed', async () => {
    sim.addTemplate(place.accountRef, { name, components: [{ type: 'BODY', text: 'Hi' }] });
    const id = await submitted();
    await hand(id);
    const [version] = await tenant((tx) => listVersions(tx, id, { limit: 1, after: null }));
    expect(version).toMatchObject({ state: 'refused', problem: { code: 2388024 } });
    await tenant((tx) => editTemplate(tx, id, { name: `${name}_b` }));
    await tenant((tx) => submitTemplate(tx, id));
    await hand(id);
    expect((await read(id)).status).toBe('PENDING');
  });

  const draftOf = () => ({
    name,
    language: 'en_US',
    category: 'UTILITY',
    parameterFormat: 'POSITIONAL' as const,
    messageSendTtlSeconds: null,
    components: [text()],
  });
});

test('a category that a listing shows as flipped raises the alert of a webhook', async () => {
  const id = await submitted();
  await hand(id);
  await pass(60_000);
  const row = await read(id);
  await pass(1_000);
  await syncTemplates(db, place, async () => [{ ...row, category: 'MARKETING' }]);
  expect(await events(id)).toContain('template.category_changed');
  const notices = await until('the notice', () =>
    query<{ value: { newCategory: string } }>(
      "select value from notices where field = 'template_category_update' and value->>'messageTemplateName' = $1",
      [name],
    ),
  );
  expect(notices).toMatchObject([{ value: { newCategory: 'MARKETING', previousCategory: 'UTILITY' } }]);
});
