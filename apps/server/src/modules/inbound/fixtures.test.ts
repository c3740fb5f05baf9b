/** What each of the 74 public webhook bodies becomes: posted to the door, worked, and looked at through the API. */
import { parse } from '@chaski/providers';
import { beforeAll, describe, expect, test } from 'vitest';
import { haveFixtures, loadFixtures } from '../../../../../packages/providers/test/fixtures.ts';
import { type TestApi, testApi } from '../../../test/api.ts';
import { before } from '../../../test/fixtures/before.ts';
import type { Held, Json } from '../../../test/fixtures/held.ts';
import { noticed } from '../../../test/fixtures/noticed.ts';
import { said } from '../../../test/fixtures/said.ts';
import { told } from '../../../test/fixtures/told.ts';
import { testRing, until } from '../../../test/harness.ts';
import { signalsHere } from '../../../test/inbound-stage.ts';
import type { Stage } from '../../../test/samples/index.ts';
import { addApp } from '../numbers/index.ts';
import { listParked, startProcessor } from './index.ts';
import { bodyOf, sign } from './testing.ts';

const meanings: Record<string, Held> = { ...said, ...told, ...noticed };

/** The body with the number and the account of one workspace in it: so all 74 stand beside each other. */
function addressed(body: unknown, { seeded }: Stage): Buffer {
  const { object, entry } = body as { object: string; entry: { changes: { value: Json }[] }[] };
  const change = (what: { value: Json }) => {
    const metadata = what.value.metadata as Json | undefined;
    if (metadata === undefined) return what;
    return {
      ...what,
      value: { ...what.value, metadata: { ...metadata, phone_number_id: seeded.phoneNumberId } },
    };
  };
  return Buffer.from(
    JSON.stringify({
      object,
      entry: entry.map((one) => ({ ...one, id: seeded.accountRef, changes: one.changes.map(change) })),
    }),
  );
}

/** Of what is there, the fields that are expected. */
const like = (rows: Json[], expected: readonly (Json | null | undefined)[]) =>
  rows.map((row, at) => Object.fromEntries(Object.keys(expected[at] ?? {}).map((key) => [key, row[key]])));

describe.skipIf(!haveFixtures)(
  'the public webhook bodies (../shared/fixtures), as the product holds them',
  () => {
    const bodies = loadFixtures();
    const stages = new Map<string, Stage>();
    const secrets = { ours: 'the-secret-of-the-fixtures', anothers: 'the-secret-of-another-app' };
    let api: TestApi;

    beforeAll(async () => {
      api = await testApi();
      const [app] = await api.db.withSystem('test: two apps', (tx) =>
        Promise.all(
          Object.entries(secrets).map(([name, secret]) =>
            addApp(tx, { ring: testRing }, { name, secret, verifyToken: `verify ${name}`, isDefault: true }),
          ),
        ),
      );
      for (const name of bodies.keys()) stages.set(name, await api.stage(name, { appId: app!.id }));
      for (const [name, make] of Object.entries(before)) {
        const { seeded } = stages.get(name)!;
        await post(bodyOf([make(seeded.phoneNumberId)], seeded.accountRef));
      }
      await work();
      for (const [name, body] of bodies) await post(addressed(body, stages.get(name)!));
      await work();
    });

    async function post(body: Buffer, secret = secrets.ours): Promise<void> {
      const answer = await api.http.app.inject({
        method: 'POST',
        url: '/webhooks/cloud',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(body, secret) },
        payload: body,
      });
      expect(answer.statusCode).toBe(200);
    }
    async function work(): Promise<void> {
      const processor = startProcessor({ db: api.db, signals: signalsHere(), log: api.logger, parse });
      try {
        await until('all bodies are worked', async () => {
          const waiting = await api.db.withSystem('test', (tx) =>
            tx.query('select 1 from raw_events where processed_at is null limit 1'),
          );
          return waiting.length === 0;
        });
      } finally {
        await processor.stop();
      }
    }
    async function held(stage: Stage) {
      const list = async (path: string) =>
        ((await stage.send(`GET ${path}`, {})).body as { data: Json[] }).data;
      const one = async (path: string, { id }: Json) =>
        (await stage.send(`GET ${path}/:id`, { params: { id: String(id) } })).body as Json;
      const [lines, people, notices, [number], parked] = await Promise.all([
        list('/v1/messages'),
        list('/v1/contacts'),
        list('/v1/notices'),
        list('/v1/numbers'),
        list('/v1/parked'),
      ]);
      const isEarlier = ({ content }: Json) =>
        ['ours', 'theirs'].includes((content as { text?: { body: string } }).text?.body ?? '');
      return {
        fresh: lines.filter((line) => !isEarlier(line)),
        earlier: await Promise.all(lines.filter(isEarlier).map((line) => one('/v1/messages', line))),
        people: await Promise.all(people.map((person) => one('/v1/contacts', person))),
        rest: { notices, state: number!.providerState, parked },
      };
    }

    test('there are 74 and each has a meaning here', () => {
      expect(bodies.size).toBe(74);
      expect(Object.keys(meanings).sort()).toEqual([...bodies.keys()].sort());
    });

    test.each([...bodies.keys()])('%s', async (name) => {
      const { line, about, person, notice, state = {} } = meanings[name]!;
      const { fresh, earlier, people, rest } = await held(stages.get(name)!);
      expect(like(fresh, [line])).toEqual(line ? [line] : []);
      expect(like(earlier, [about])).toEqual(about ? [about] : []);
      expect(like(people, [person])).toEqual(person ? [person] : []);
      expect(rest).toEqual({
        notices: notice
          ? [expect.objectContaining({ field: notice[0], about: notice[1], value: notice[2] })]
          : [],
        state,
        parked: [],
      });
    });

    test('for a number that is not here, or signed by an app that it is not bound to, each is kept with that reason', async () => {
      const rows = () =>
        api.db.withSystem('test', (tx) =>
          tx.query(
            `select (select count(*) from messages) messages, (select count(*) from message_statuses) statuses,
             (select count(*) from contacts) contacts, (select count(*) from consents) consents,
             (select count(*) from notices) notices, (select count(*) from events) events`,
          ),
        );
      const shown = await rows();
      for (const body of bodies.values()) await post(Buffer.from(JSON.stringify(body)));
      for (const [name, body] of bodies) await post(addressed(body, stages.get(name)!), secrets.anothers);
      await work();
      const reasons = (await listParked(api.db, {}, { limit: 500, after: null })).map(({ reason }) => reason);
      expect(reasons.filter((reason) => reason === 'unknown-number')).toHaveLength(74);
      expect(reasons.filter((reason) => reason === 'wrong-app')).toHaveLength(74);
      expect(await rows()).toEqual(shown);
    });
  },
);
