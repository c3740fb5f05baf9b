import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedConversation, seedWorkspace, testDatabase } from '../../../test/harness.ts';
import type { Actor, TenantTx } from '../../platform/db/index.ts';
import { systemActor } from '../../platform/db/index.ts';
import type { AppError } from '../../platform/errors.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { canSend } from '../messages/can-send.ts';
import { send, sendMany } from '../messages/index.ts';
import { autoReply } from './auto-reply.ts';
import { ensureDefaults } from './defaults.ts';

/**
 * Policy agreement: whoever sends, an agent in the inbox, a program, the automatic reply or a campaign, gets the answer
 * that `can-send` gives. Over generated states of everything the policy looks at; nothing that an arm does is kept.
 */
const { db, clock, ownerUrl } = await testDatabase();
const seeded = await seedWorkspace(db, { plan: 'narrow' });
const { workspaceId, numberId, accountId } = seeded;
const { contactId, conversationId, phone } = await seedConversation(db, seeded, '12125551234');
const admin = new pg.Client({ connectionString: ownerUrl });
await admin.connect();
afterAll(() => admin.end());
const name = 'spring_offer';
const userId = newId();

beforeAll(async () => {
  await db.withTenant(workspaceId, systemActor, (tx) => ensureDefaults(tx, workspaceId, numberId));
  await admin.query("insert into users (id, email, created_at) values ($1, 'agent@example.com', $2)", [
    userId,
    clock.now(),
  ]);
  await admin.query(
    "insert into members (workspace_id, user_id, role, created_at) values ($1, $2, 'owner', $3)",
    [workspaceId, userId, clock.now()],
  );
  await admin.query("insert into plans (name, messages_per_month) values ('narrow', 5)");
  await admin.query(
    `insert into templates (workspace_id, id, account_id, name, language, status, category, created_at, updated_at)
     values ($1, $5, $2, $3, 'en', 'APPROVED', 'UTILITY', $4, $4)`,
    [workspaceId, accountId, name, clock.now(), newId()],
  );
});

const said = fc.constantFrom(null, null, 'in', 'out');
const state = fc.record({
  workspace: fc.constantFrom('active', 'active', 'active', 'active', 'suspended'),
  marketing: fc.constantFrom('opt-out', 'opt-in'),
  pausedIn: fc.constantFrom<string[]>([], [], ['US']),
  number: fc.constantFrom('active', 'active', 'active', 'active', 'pending', 'suspended'),
  hasWindow: fc.boolean(),
  paused: fc.constantFrom(null, null, '190: the token expired'),
  blocked: fc.constantFrom(false, false, false, true),
  suppressed: fc.constantFrom(null, null, null, 'all', 'marketing'),
  service: said,
  utility: said,
  marketingSaid: said,
  whatsapp: fc.constantFrom(null, null, 'stopped', 'resumed'),
  phone: fc.constantFrom(true, true, true, true, false),
  hoursSinceInbound: fc.constantFrom(null, 1, 23, 25),
  template: fc.constantFrom('APPROVED', 'APPROVED', 'PAUSED', 'REJECTED'),
  category: fc.constantFrom('UTILITY', 'MARKETING', 'AUTHENTICATION'),
  isFull: fc.constantFrom(false, false, false, true),
  message: fc.record({
    kind: fc.constantFrom('text', 'template'),
    purpose: fc.constantFrom(
      'service' as const,
      'utility' as const,
      'marketing' as const,
      'authentication' as const,
    ),
  }),
});
type State = typeof state extends fc.Arbitrary<infer T> ? T : never;

async function become(of: State): Promise<void> {
  const now = clock.now();
  const inboundAt =
    of.hoursSinceInbound === null ? null : new Date(now.getTime() - of.hoursSinceInbound * 3_600_000);
  await admin.query('update workspaces set status = $2, settings = $3 where id = $1', [
    workspaceId,
    of.workspace,
    JSON.stringify({ marketing: of.marketing, marketingPausedIn: of.pausedIn }),
  ]);
  await admin.query('update numbers set status = $2, has_window = $3 where id = $1', [
    numberId,
    of.number,
    of.hasWindow,
  ]);
  await admin.query('update accounts set paused_reason = $2 where id = $1', [accountId, of.paused]);
  await admin.query(
    `update contacts set blocked_at = $2, phone = $3, consent_service = $4, consent_utility = $5, consent_marketing = $6,
       marketing_stopped_at = $7, marketing_resumed_at = $8 where id = $1`,
    [
      contactId,
      of.blocked ? now : null,
      of.phone ? phone : null,
      of.service,
      of.utility,
      of.marketingSaid,
      of.whatsapp === 'stopped' ? now : null,
      of.whatsapp === 'resumed' ? now : null,
    ],
  );
  await admin.query('delete from suppressions where workspace_id = $1', [workspaceId]);
  if (of.suppressed)
    await admin.query(
      `insert into suppressions (workspace_id, id, kind, hash, scope, source, at, created_at)
       values ($1, $2, 'phone', address_hash($1, 'phone', $3), $4, 'api', $5, $5)`,
      [workspaceId, newId(), phone, of.suppressed, now],
    );
  await admin.query('update conversations set last_inbound_at = $2 where id = $1', [
    conversationId,
    inboundAt,
  ]);
  await admin.query('update templates set status = $2, category = $3 where workspace_id = $1', [
    workspaceId,
    of.template,
    of.category,
  ]);
  await admin.query("update plans set messages_per_month = $1 where name = 'narrow'", [of.isFull ? 0 : 5]);
}

class Undone extends Error {
  readonly answer: string;
  constructor(answer: string) {
    super('nothing of this is kept');
    this.answer = answer;
  }
}
/** What `fn` answers, with everything it did undone. */
async function undone(run: (body: (answer: string) => never) => Promise<unknown>): Promise<string> {
  try {
    await run((answer) => {
      throw new Undone(answer);
    });
  } catch (error) {
    if (error instanceof Undone) return error.answer;
    const refused = error as AppError;
    const reason = (refused.details as { reason?: string } | undefined)?.reason;
    if (refused.status === undefined) throw error;
    return reason ?? refused.code;
  }
  throw new Error('it was kept');
}

const as = (actor: Actor, fn: (tx: TenantTx) => Promise<string>) =>
  undone((end) => db.withTenant(workspaceId, actor, async (tx) => end(await fn(tx))));

const contentOf = ({ message }: State) =>
  message.kind === 'text'
    ? { type: 'text', text: { body: 'hello' } }
    : { type: 'template', template: { name, language: { code: 'en' } } };

async function verdicts(of: State): Promise<Record<string, string>> {
  await become(of);
  const { purpose, kind } = of.message;
  const content = contentOf(of);
  const target = { to: phone, numberId, purpose };
  const asked = await as(systemActor, async (tx) => {
    const answer = await canSend(tx, {
      ...target,
      ...(kind === 'template' ? { template: { name, language: 'en' } } : {}),
    });
    return answer.verdict === 'free-form' ? 'sent' : answer.code;
  });
  const sending = (actor: Actor, source: string) =>
    as(actor, async (tx) => {
      await send(tx, { ...target, content, source });
      return 'sent';
    });
  const command = { workspaceId, conversationId, content, purpose };
  const inSystem = (more: { source: string; dedupeKey: string; priority?: number }) =>
    undone((end) =>
      db.withSystem('test', async (tx) => {
        const [result] = await sendMany(tx, [{ ...command, ...more }]);
        end(result!.outcome === 'refused' ? result!.verdict.code : 'sent');
      }),
    );
  const answers: Record<string, string> = {
    'can-send': asked,
    inbox: await sending({ kind: 'user', id: userId, role: 'owner' }, 'inbox'),
    api: await sending({ kind: 'key', id: newId(), role: 'key' }, 'api'),
    campaign: await inSystem({
      source: 'campaign',
      dedupeKey: `campaign:${newId()}:${newId()}`,
      priority: 5,
    }),
  };
  // The automatic reply says one thing in one way.
  if (kind === 'text' && purpose === 'service') {
    const id = newId();
    const event = {
      workspaceId,
      name: 'message.received',
      at: clock.now(),
      data: {
        conversationId,
        messageId: id,
        providerMessageId: `wamid.${id}`,
        contactId,
        type: 'text',
        text: 'hi',
      },
    } as unknown as StoredEvent;
    answers['auto-reply'] = await undone((end) =>
      db.withSystem('test', async (tx) => {
        await autoReply(tx, [event]);
        const [row] = await tx.query<{ count: number }>(
          'select count(*) from messages where workspace_id = $1 and dedupe_key = $2',
          [workspaceId, `auto-reply:wamid.${id}`],
        );
        // It has nobody to tell why not.
        end(row!.count > 0 ? 'sent' : asked === 'sent' ? 'not sent' : asked);
      }),
    );
  }
  return answers;
}

it('gives inbox, API, automatic reply and campaigns the verdict of can-send, whatever the state', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(state, async (of) => {
      const answers = await verdicts(of);
      expect(answers).toEqual(
        Object.fromEntries(Object.keys(answers).map((arm) => [arm, answers['can-send']])),
      );
      seen.add(answers['can-send']!);
    }),
    { numRuns: 80 },
  );
  // A property that only ever saw one answer would agree with anything.
  expect(seen.size).toBeGreaterThan(3);
  expect(seen).toContain('sent');
});

it('refuses a template that WhatsApp makes marketing to whoever opted out of it, from that moment on', async () => {
  const open: State = {
    workspace: 'active',
    marketing: 'opt-out',
    pausedIn: [],
    number: 'active',
    hasWindow: true,
    paused: null,
    blocked: false,
    suppressed: null,
    service: null,
    utility: null,
    marketingSaid: 'out',
    whatsapp: null,
    phone: true,
    hoursSinceInbound: 1,
    template: 'APPROVED',
    category: 'UTILITY',
    isFull: false,
    message: { kind: 'template', purpose: 'utility' },
  };
  expect(Object.values(await verdicts(open))).toEqual(['sent', 'sent', 'sent', 'sent']);
  expect(Object.values(await verdicts({ ...open, category: 'MARKETING' }))).toEqual(
    Array(4).fill('opted_out'),
  );
  const us = { ...open, category: 'MARKETING', marketingSaid: null, pausedIn: ['US'] } satisfies State;
  expect(Object.values(await verdicts(us))).toEqual(Array(4).fill('marketing_paused'));
  expect(Object.values(await verdicts({ ...us, pausedIn: ['CA', 'PR'] }))).toEqual(Array(4).fill('sent'));
});
