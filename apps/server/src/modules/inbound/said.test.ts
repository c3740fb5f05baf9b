import { beforeEach, expect, it } from 'vitest';
import type { Seeded } from '../../../test/harness.ts';
import { inboundStage } from '../../../test/inbound-stage.ts';
import { applyBodies } from './apply.ts';
import { listParked } from './index.ts';
import { bodyOf, change, said, told } from './testing.ts';

const {
  twoWorkspaces,
  db,
  deps,
  post,
  query,
  work,
  bodyFor,
  apply,
  messagesOf,
  eventsOf,
  conversationsOf,
  sentMessage,
  messageRow,
} = await inboundStage();

let one: Seeded;
let two: Seeded;
beforeEach(async () => {
  [one, two] = await twoWorkspaces();
});

it('makes contact, conversation, message and event of what somebody says', async () => {
  const at = new Date('2026-11-20T11:58:00Z');
  const body = bodyOf([
    change(one.phoneNumberId, {
      contacts: [{ profile: { name: 'Sheena' }, wa_id: '16505551234' }],
      messages: [said('hi \u0000 \ud800 é 😀', { id: 'wamid.A', at })],
    }),
  ]);
  expect(await post(body, one.appId)).toBe('stored');
  await work();
  const [message] = await messagesOf(one);
  expect(message).toMatchObject({
    provider_message_id: 'wamid.A',
    type: 'text',
    direction: 'in',
    status: 'received',
    shown_at: at,
    content: { type: 'text', text: { body: 'hi \ufffd \ufffd é 😀' } },
  });
  expect(await conversationsOf(one)).toMatchObject([
    { status: 'open', unread_count: 1, last_inbound_at: at, last_message_at: at, last_direction: 'in' },
  ]);
  expect((await eventsOf(one)).map((event) => event.name)).toEqual([
    'contact.created',
    'conversation.opened',
    'message.received',
  ]);
  expect((await eventsOf(one)).at(-1)!.data).toMatchObject({
    providerMessageId: 'wamid.A',
    type: 'text',
    text: 'hi \ufffd \ufffd é 😀',
    automated: false,
    groupRef: null,
    numberId: one.numberId,
  });
});

it('reads what the reference documents send: no metadata, no id, no type, no time', async () => {
  await query("update numbers set status = 'suspended' where id <> $1 and status = 'active'", [one.numberId]);
  const s4 = Buffer.from(
    JSON.stringify({
      entry: [
        {
          changes: [
            {
              value: {
                metadata: { phone_number_id: one.phoneNumberId },
                messages: [{ id: 's4', from: '+15550007777', text: { body: 'hello' } }],
              },
            },
          ],
        },
      ],
    }),
  );
  const s2 = Buffer.from(
    JSON.stringify({
      entry: [{ changes: [{ value: { messages: [{ from: '15550008888', text: { body: 'STOP' } }] } }] }],
    }),
  );
  for (const body of [s4, s2, s2]) await applyBodies(deps, [bodyFor(body, one.appId)]);
  expect((await messagesOf(one)).map((row) => [row.provider_message_id.slice(0, 4), row.content])).toEqual([
    ['s4', { type: 'text', text: { body: 'hello' } }],
    ['raw.', { type: 'text', text: { body: 'STOP' } }],
  ]);
  expect(
    (
      await query<{ phone: string }>('select phone from contacts where workspace_id = $1 order by phone', [
        one.workspaceId,
      ])
    ).map((row) => row.phone),
  ).toEqual(['15550007777', '15550008888']);
  await query("update numbers set status = 'active' where id = $1", [two.numberId]);
  const unnamed = bodyFor(
    Buffer.from(
      JSON.stringify({
        entry: [{ changes: [{ value: { messages: [{ from: '1', text: { body: 'whose?' } }] } }] }],
      }),
    ),
    one.appId,
  );
  expect(await applyBodies(deps, [unnamed])).toEqual({ items: 1, parked: 1 });
});

it('keeps groups, reactions, edits and revokes apart, and marks their targets in any order', async () => {
  await apply(one, {
    messages: [
      said('to the group', { groupId: 'HBg1', from: '1501' }),
      said('to us', { from: '1501', id: 'wamid.T' }),
    ],
  });
  const threads = (await conversationsOf(one)).map((row) => [row.group_ref, row.contact_id === null]);
  expect(threads).toHaveLength(2);
  expect(threads).toContainEqual(['HBg1', true]);
  expect(threads).toContainEqual([null, false]);
  await apply(one, {
    messages: [
      said('', {
        from: '1501',
        type: 'reaction',
        content: { reaction: { message_id: 'wamid.T', emoji: '👍' } },
      }),
      said('', {
        from: '1501',
        type: 'edit',
        content: {
          edit: { original_message_id: 'wamid.T', message: { type: 'text', text: { body: 'new' } } },
        },
      }),
      // Comes before what it is about.
      said('', { from: '1501', type: 'revoke', content: { revoke: { original_message_id: 'wamid.later' } } }),
      // Somebody else's.
      said('', { from: '1502', type: 'revoke', content: { revoke: { original_message_id: 'wamid.T' } } }),
    ],
  });
  await apply(one, { messages: [said('taken back', { from: '1501', id: 'wamid.later' })] });
  const find = async (id: string) =>
    (
      await query<Record<string, unknown>>(
        'select * from messages where workspace_id = $1 and provider_message_id = $2',
        [one.workspaceId, id],
      )
    )[0]!;
  expect(await find('wamid.T')).toMatchObject({ edited_at: expect.any(Date), revoked_at: null });
  expect(await find('wamid.later')).toMatchObject({ revoked_at: expect.any(Date) });
  const names = (await eventsOf(one))
    .map((event) => event.name)
    .filter((name) => name.startsWith('message.'));
  expect(names).toEqual([
    'message.received',
    'message.received',
    'message.reaction',
    'message.edited',
    'message.revoked',
    'message.revoked',
    'message.received',
  ]);
});

it('opens a closed conversation when the person speaks', async () => {
  await apply(one, { messages: [said('first')] });
  await query("update conversations set status = 'closed' where workspace_id = $1", [one.workspaceId]);
  await apply(one, { messages: [said('again'), said('and again')] });
  expect(await conversationsOf(one)).toMatchObject([{ status: 'open', unread_count: 3 }]);
  expect(
    (await eventsOf(one))
      .filter((event) => event.name === 'conversation.opened')
      .map((event) => event.data.again),
  ).toEqual([false, true]);
});

it('takes echoes of the phone app as ours, and media as files to fetch', async () => {
  const echo = {
    field: 'smb_message_echoes',
    value: {
      metadata: { phone_number_id: one.phoneNumberId },
      message_echoes: [
        {
          from: '15550783881',
          to: '1601',
          id: 'wamid.echo',
          timestamp: '1763640000',
          type: 'text',
          text: { body: 'from my phone' },
        },
      ],
    },
  };
  const image = said('', {
    type: 'image',
    from: '1601',
    content: { image: { id: 'media-1', mime_type: 'image/jpeg', sha256: 'x', caption: 'look' } },
  });
  const bodies = [bodyOf([echo]), bodyOf([change(one.phoneNumberId, { messages: [image] })])];
  for (const body of [...bodies, ...bodies]) await applyBodies(deps, [bodyFor(body, one.appId)]);
  const rows = await messagesOf(one);
  expect(rows.find((row) => row.provider_message_id === 'wamid.echo')).toMatchObject({
    direction: 'out',
    source: 'phone-app',
    status: 'sent',
  });
  expect(await listParked(db, { phoneNumberId: one.phoneNumberId })).toEqual([]);
  const media = await query<{ id: string; state: string }>(
    'select id, state from media where workspace_id = $1',
    [one.workspaceId],
  );
  expect(media).toHaveLength(1);
  expect(rows.find((row) => row.type === 'image')!.content).toMatchObject({
    image: { mediaId: media[0]!.id, caption: 'look' },
  });
  expect((await eventsOf(one)).map((event) => event.name)).toContain('message.echoed');
});

it('keeps an echo of a send whose id we do not know yet as a line of its own, and its statuses there', async () => {
  const wamid = `wamid.echoed.${one.phoneNumberId}`;
  const ours = await sentMessage(one, null);
  const value = {
    messaging_product: 'whatsapp',
    metadata: { phone_number_id: one.phoneNumberId },
    message_echoes: [
      { from: '1', to: '16505550000', id: wamid, timestamp: '1784000000', type: 'text', text: { body: 'x' } },
    ],
  };
  await applyBodies(deps, [bodyFor(bodyOf([{ field: 'smb_message_echoes', value }]), one.appId)]);
  await apply(one, { statuses: [told(wamid, 'delivered')] });
  expect((await messagesOf(one)).find((row) => row.provider_message_id === wamid)).toMatchObject({
    source: 'phone-app',
    status: 'delivered',
  });
  // What confirms ours afterwards cannot give it the id that the echo has.
  await expect(
    query('update messages set provider_message_id = $2 where id = $1', [ours, wamid]),
  ).rejects.toMatchObject({ code: '23505' });
  expect(await messageRow(ours)).toMatchObject({ status: 'queued', provider_message_id: null });
});

it('follows a person to a new number', async () => {
  await apply(one, { messages: [said('old me', { from: '1700', userId: 'US.old' })] });
  await apply(one, {
    messages: [
      said('', {
        from: '1700',
        type: 'system',
        content: {
          system: {
            type: 'user_changed_number',
            wa_id: '1701',
            user_id: 'US.new',
            previous_user_id: 'US.old',
            body: 'b',
          },
        },
      }),
    ],
  });
  await apply(one, { messages: [said('new me', { from: '1701', userId: 'US.new' })] });
  expect(await conversationsOf(one)).toHaveLength(1);
  expect(await query('select phone from contacts where workspace_id = $1', [one.workspaceId])).toEqual([
    { phone: '1701' },
  ]);
});

it('knows somebody without a phone by the number that they give when asked, and by no other card', async () => {
  const gives = (origin: string, phone: string) =>
    said('', {
      from: null,
      userId: 'US.hidden',
      type: 'contacts',
      content: { contacts: [{ origin, name: { formatted_name: 'Ana' }, phones: [{ phone }] }] },
    });
  const phones = () => query('select phone from contacts where workspace_id = $1', [one.workspaceId]);
  await apply(one, { messages: [gives('other', '+1 650-555-7777')] });
  expect(await phones()).toEqual([{ phone: null }]);
  await apply(one, { messages: [gives('contact_request', '+1 650-555-8888')] });
  expect(await phones()).toEqual([{ phone: '16505558888' }]);
  expect(await conversationsOf(one)).toHaveLength(1);
});

it('shows a call that nobody answered in its thread, once, as something the person did; others are notices alone', async () => {
  const call = (id: string, over: object) => ({
    field: 'calls',
    value: {
      messaging_product: 'whatsapp',
      metadata: { phone_number_id: one.phoneNumberId },
      contacts: [{ profile: { name: 'Ana' }, wa_id: '16505551234' }],
      calls: [{ id, from: '16505551234', to: '15550783881', timestamp: '1763640000', ...over }],
    },
  });
  const missed = { event: 'terminate', direction: 'USER_INITIATED', status: 'FAILED' };
  const bodies = [
    bodyOf([call('wacid.1', { event: 'connect', direction: 'USER_INITIATED' })]),
    bodyOf([call('wacid.1', missed)]),
    bodyOf([call('wacid.2', { ...missed, status: 'COMPLETED', duration: 12 })]),
  ];
  for (const body of [...bodies, ...bodies]) await applyBodies(deps, [bodyFor(body, one.appId)]);
  expect(await messagesOf(one)).toMatchObject([
    { provider_message_id: 'wacid.1', type: 'system', content: { system: { type: 'missed_call' } } },
  ]);
  expect(await conversationsOf(one)).toMatchObject([
    { unread_count: 1, last_inbound_at: new Date(1_763_640_000_000), last_direction: 'in' },
  ]);
  expect((await eventsOf(one)).filter(({ name }) => name === 'message.received')).toMatchObject([
    { data: { type: 'system', text: null } },
  ]);
  const notices = await query('select field, about from notices where workspace_id = $1', [one.workspaceId]);
  expect(notices).toEqual(Array.from({ length: 3 }, () => ({ field: 'calls', about: 'call' })));
  expect(await listParked(db, { phoneNumberId: one.phoneNumberId })).toEqual([]);
});

it('takes a number that moved to another workspace between two batches for whose it is now', async () => {
  const { phoneNumberId } = one;
  const contactsOf = ({ workspaceId }: Seeded) =>
    query<{ id: string }>('select * from contacts where workspace_id = $1', [workspaceId]);
  const say = (text: string, seeded: Seeded) => apply(seeded, { messages: [said(text, { from: '1600' })] });
  await say('to Two, on its own number', two);
  // From now on this process takes the number for One's, and knows who speaks there.
  await say('to One', one);
  const before = await contactsOf(one);
  await query("update numbers set phone_number_id = phone_number_id || '9' where id = $1", [one.numberId]);
  await query('update numbers set phone_number_id = $2 where id = $1', [two.numberId, phoneNumberId]);
  await say('to Two, on the number that was of One', { ...two, phoneNumberId });
  expect(await contactsOf(one)).toEqual(before);
  expect(await messagesOf(one)).toHaveLength(1);
  const [contact, ...others] = await contactsOf(two);
  expect(others).toEqual([]);
  expect(await conversationsOf(two)).toMatchObject([{ contact_id: contact!.id, unread_count: 2 }]);
  expect(await messagesOf(two)).toMatchObject([{ contact_id: contact!.id }, { contact_id: contact!.id }]);
});
