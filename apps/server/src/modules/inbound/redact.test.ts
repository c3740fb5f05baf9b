import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';
import { bodyOf, change, said, told } from './testing.ts';

const who = {
  aliases: new Set(['16505550001', 'US.42']),
  isOurs: (number: string | null) => number === null || number === '1',
};
const card = (wa_id: string, name: string) => ({ wa_id, profile: { name } });
const clean = (body: Buffer) => {
  const cleaned = redact(body, who);
  return cleaned && JSON.parse(cleaned.toString());
};

describe('redacting a body', () => {
  it('takes out what is theirs and leaves others, in their places', () => {
    const mine = said('secret', { from: '16505550001' });
    const other = said('hello', { from: '16505550002' });
    const body = bodyOf([
      change('1', {
        contacts: [card('16505550001', 'Ana'), card('16505550002', 'Bob')],
        messages: [mine, other],
        statuses: [told('x', 'read', { recipient: '16505550001' }), told('y', 'read', { userId: 'US.42' })],
      }),
    ]);
    const { value } = clean(body).entry[0].changes[0];
    expect(value.contacts).toEqual([{ erased: true }, card('16505550002', 'Bob')]);
    expect(value.messages).toEqual([{ erased: true }, other]);
    expect(value.statuses).toEqual([{ erased: true }, { erased: true }]);
  });

  it('touches nothing that is said to another workspace’s number, nor a body without them', () => {
    expect(clean(bodyOf([change('2', { messages: [said('x', { from: '16505550001' })] })]))).toBeNull();
    expect(clean(bodyOf([change('1', { messages: [said('x', { from: '16505550002' })] })]))).toBeNull();
    // The number inside another person's sentence is that person's word.
    expect(
      clean(bodyOf([change('1', { messages: [said('call 16505550001 please', { from: '16505550002' })] })])),
    ).toBeNull();
  });

  it('takes calls whole, and people out of a group that has others', () => {
    const of = (value: object) =>
      clean(bodyOf([{ field: 'x', value: { metadata: { phone_number_id: '1' }, ...value } }]));
    const call = { id: 'wacid.1', from: '16505550002', deeplink_payload: 'hello' };
    const calls = [{ id: 'wacid.2', from: '16505550001', deeplink_payload: 'secret' }, call];
    expect(of({ calls }).entry[0].changes[0].value.calls).toEqual([{ erased: true }, call]);
    const bob = { wa_id: '16505550002' };
    const groups = [{ group_id: 'g', added_participants: [{ wa_id: '16505550001', name: 'Ana' }, bob] }];
    expect(of({ groups }).entry[0].changes[0].value.groups).toEqual([
      { group_id: 'g', added_participants: [{ erased: true }, bob] },
    ]);
    expect(of({ removed: ['16505550001', '16505550002'] }).entry[0].changes[0].value.removed).toEqual([
      { erased: true },
      '16505550002',
    ]);
  });

  it('never fails, and leaves no alias as a whole value where it found one', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('16505550001', '+1 650 555 0001', 'US.42'), (json, alias) => {
        const body = Buffer.from(JSON.stringify({ any: JSON.parse(json), messages: [{ from: alias }] }));
        expect(redact(body, who)!.toString()).not.toContain(`"${alias}"`);
      }),
    );
    expect(redact(Buffer.from('not json 16505550001'), who)!.toString()).toBe('{"erased":true}');
    expect(redact(Buffer.from('not json'), who)).toBeNull();
  });

  it('takes out an event of YCloud’s, but not what is said to another workspace’s number', () => {
    const event = (to: string, from: string) =>
      Buffer.from(
        JSON.stringify({
          id: 'evt_1',
          type: 'whatsapp.inbound_message.received',
          whatsappInboundMessage: { from, to, customerProfile: { name: 'Ana' }, text: { body: 'secret' } },
        }),
      );
    const ours = { ...who, isOurs: (number: string | null) => number === '+15550000001' };
    const cleaned = redact(event('+15550000001', '+16505550001'), ours);
    expect(JSON.parse(cleaned!.toString())).toEqual({
      id: 'evt_1',
      type: 'whatsapp.inbound_message.received',
      whatsappInboundMessage: { erased: true },
    });
    expect(redact(event('+15550000002', '+16505550001'), ours)).toBeNull();
    expect(redact(event('+15550000001', '+16505550002'), ours)).toBeNull();
  });
});
