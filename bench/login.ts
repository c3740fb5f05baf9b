/** Signing in: logins per second, what they leave for everybody else, and whether time tells who has an account. */
import { performance } from 'node:perf_hooks';
import { createAuthenticate, createSuperadmin, tokenKeyOf } from '../apps/server/src/modules/auth/index.ts';
import { signIn } from '../apps/server/src/modules/auth/sign-in.ts';
import { systemClock } from '../apps/server/src/platform/clock.ts';
import { buildHttp } from '../apps/server/src/platform/http/index.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { type Family, infoRow, median, quantile, ratioRow, round } from './measure.ts';

const email = 'known@example.com';
const password = 'a password of the bench';
/** As many people as sign in at once. */
const crowd = 8;

export const login: Family = async ({ cluster, quick, repeats, progress }) => {
  const db = cluster.open(await cluster.database('bench_login'), 10);
  const log = createLog('silent');
  const deps = { db, log, tokenKey: tokenKeyOf('a secret of the bench, 32 characters') };
  await createSuperadmin(db, { email, password });
  const request = { person: null, principal: null, ip: '127.0.0.1', headers: {}, id: 'bench' };
  const attempt = async (address: string, word: string): Promise<number> => {
    const begun = performance.now();
    await signIn(deps, request, { email: address, password: word, kind: 'cookie' }).catch(() => {});
    return performance.now() - begun;
  };
  const http = await buildHttp({
    log,
    environment: 'production',
    checks: {},
    clock: systemClock,
    authenticate: createAuthenticate({ ...deps, site: { publicUrl: null, corsOrigins: [] } }),
  });
  await http.app.ready();
  /** Other people's requests meanwhile: nothing of theirs waits but for the event loop. */
  const others = async (until: () => boolean): Promise<number[]> => {
    const times: number[] = [];
    while (!until()) {
      const begun = performance.now();
      await http.app.inject({ method: 'GET', url: '/livez' });
      times.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return times;
  };

  const [known, unknown, perSecond, alone, beside]: [number[], number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  for (let turn = -1; turn < repeats; turn++) {
    progress(`login, turn ${turn + 1}`);
    const each = quick ? 10 : 40;
    const [ofKnown, ofUnknown]: [number[], number[]] = [[], []];
    for (let i = 0; i < each; i++) {
      ofKnown.push(await attempt(email, 'not the password'));
      ofUnknown.push(await attempt(`nobody${i}@example.com`, 'not the password'));
    }
    const rest = performance.now() + (quick ? 300 : 1_000);
    const quiet = await others(() => performance.now() > rest);
    let over = false;
    const begun = performance.now();
    const meanwhile = others(() => over);
    await Promise.all(
      Array.from({ length: crowd }, async () => {
        for (let i = 0; i < each / 4; i++) await attempt(email, password);
      }),
    );
    const seconds = (performance.now() - begun) / 1_000;
    over = true;
    const loaded = await meanwhile;
    if (turn < 0) continue;
    known.push(median(ofKnown));
    unknown.push(median(ofUnknown));
    perSecond.push((crowd * Math.floor(each / 4)) / seconds);
    alone.push(quantile(quiet, 0.99));
    beside.push(quantile(loaded, 0.99));
  }
  await http.close();
  await db.close();
  return [
    ratioRow('login refused: known over unknown address, medians', known, unknown, { max: 1.1 }, 'ms'),
    infoRow('logins', perSecond, '/s', `${crowd} people at once, argon2id off the event loop`),
    infoRow(
      `another request's p99 while ${crowd} people sign in`,
      beside,
      'ms',
      `alone ${round(median(alone))} ms`,
    ),
  ];
};
