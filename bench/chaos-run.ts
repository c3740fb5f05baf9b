import { randomUUID } from 'node:crypto';
import { createSimulator } from '@chaski/simulator';
import { dataFolder, freePort, type Product, startProduct, until } from '../acceptance/product.ts';

export interface ChaosOptions {
  kills: number;
  messages: number;
  sends: number;
  seed: number;
  /** No further kill; what was done so far is counted. */
  enough?: AbortSignal;
  progress(line: string): void;
}

export interface VerifiedRun {
  table: string;
  violations: string[];
  facts: Record<string, number>;
}

interface ApiMessage {
  id: string;
  direction: 'in' | 'out';
  type: string;
  content: { text?: { body: string } };
  providerMessageId: string | null;
  status: string;
  conversationId: string;
  createdAt: string;
}

/** A small generator of our own, so that a run can be repeated by its seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export async function runChaos(options: ChaosOptions): Promise<VerifiedRun> {
  const chance = random(options.seed);
  const adminKey = randomUUID();
  const simulator = await createSimulator({
    adminKey,
    seed: options.seed,
    apps: [],
    statusDelaysMs: { sent: 5, delivered: 10, read: 20 },
    // WhatsApp's schedule pressed together: a body is offered again until it is acknowledged.
    webhooks: { retryDelaysMs: [0, 100, 200, 400, ...Array.from({ length: 400 }, () => 700)] },
  });
  const folder = await dataFolder();
  const port = await freePort();
  const start = () =>
    startProduct({
      dataDir: folder.path,
      args: ['--port', String(port)],
      env: { SIMULATOR_URL: simulator.url, SIMULATOR_KEY: adminKey },
      // A hundred starts beside whatever else the machine does: slow is no failure.
      readyWithinMs: 600_000,
    });
  const phone = async (path: string, body?: unknown) => {
    const response = await fetch(`${simulator.url}/_phone/api${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };

  let product: Product | null = await start();
  const { apiKey, numbers } = product.ready;
  const url = product.ready.url;
  const number = numbers[0]!;
  // Many, so that nobody talks faster than people do: beyond 40 words in five minutes automatic replies rightly stop.
  const afterwardsMs = 250;
  const most = Math.max(60, Math.ceil((options.messages + 300_000 / afterwardsMs) / 25));
  const people: { id: string; phone: string }[] = [];
  for (let i = 0; i < most; i++) {
    const { person } = (await phone('/people', {
      name: `Chaos ${i}`,
      phone: `1555900${String(i).padStart(4, '0')}`,
    })) as { person: { id: string; phone: string } };
    people.push(person);
  }

  const call = async (path: string, body?: unknown, key?: string) => {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key ? { 'idempotency-key': key } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  // ── load ──
  let written = 0;
  let killing = true;
  const spoken: string[] = [];
  const writer = (async () => {
    while (written < options.messages || killing) {
      const person = people[Math.floor(chance() * people.length)]!;
      const { message } = (await phone(`/chats/${person.id}/${number.phoneNumberId}/messages`, {
        type: 'text',
        text: `in ${written}`,
      })) as { message: { id: string } };
      spoken.push(message.id);
      written++;
      await new Promise((resolve) => setTimeout(resolve, written < options.messages ? 4 : afterwardsMs));
    }
  })();

  const accepted = new Map<string, { marker: string; to: string }>();
  let asked = 0;
  const senders = Array.from({ length: 4 }, async () => {
    while (asked < options.sends || killing) {
      const marker = `out ${asked++}`;
      const key = randomUUID();
      const to = people[Math.floor(chance() * people.length)]!.phone;
      for (;;) {
        const answer = await call(
          '/v1/messages',
          { to: `+${to}`, type: 'text', text: { body: marker } },
          key,
        ).catch(() => null);
        if (answer && answer.status < 300) {
          const id = String((answer.body.data as { id?: string } | undefined)?.id ?? answer.body.id);
          accepted.set(id, { marker, to });
          break;
        }
        if (answer && answer.status < 500 && answer.status !== 409 && answer.status !== 429)
          throw new Error(`send refused: ${JSON.stringify(answer.body)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await new Promise((resolve) => setTimeout(resolve, asked < options.sends ? 8 : 120));
    }
  });

  // ── kills ──
  const killed = { app: 0, postgres: 0, both: 0 };
  const recoveries: number[] = [];
  for (let i = 0; i < options.kills && options.enough?.aborted !== true; i++) {
    await new Promise((resolve) => setTimeout(resolve, 150 + chance() * 900));
    const kind = (['app', 'postgres', 'both'] as const)[Math.floor(chance() * 3)]!;
    const pids = product!.ready.pids;
    if (kind !== 'app' && pids.postgres) killHard(pids.postgres);
    if (kind !== 'postgres') killHard(pids.app);
    killed[kind]++;
    const begun = performance.now();
    if (kind === 'postgres') {
      // The app stands by: either it brings its database back, or it ends and is started again, as a supervisor would.
      const back = until(
        async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok === true,
        15_000,
        () => 'not ready',
      ).then(
        () => 'ready',
        () => 'no',
      );
      const outcome = await Promise.race([back, product!.exited.then(() => 'ended')]);
      if (outcome !== 'ready') {
        await product!.stop('SIGKILL');
        product = await start();
      } else {
        product!.ready.pids.postgres = await currentPostgres(folder.path, product!.ready.pids.postgres);
      }
    } else {
      await product!.exited;
      product = await start();
    }
    recoveries.push(performance.now() - begun);
    if ((i + 1) % 10 === 0 || options.kills < 10)
      options.progress(
        `${i + 1}/${options.kills} kills, ${written} written, ${accepted.size} sends accepted`,
      );
  }
  killing = false;
  await writer;
  await Promise.all(senders);

  // ── quiet ──
  const listAll = async (filter = ''): Promise<ApiMessage[]> => {
    const all: ApiMessage[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await call(
        `/v1/messages?limit=100${filter}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      if (page.status !== 200) throw new Error(JSON.stringify(page.body));
      all.push(...(page.body.data as ApiMessage[]));
      cursor = page.body.nextCursor as string | null;
      if (!cursor) return all;
    }
  };
  const wanted = new Set(spoken);
  const unfinished = (message: ApiMessage) =>
    message.direction === 'out' && ['queued', 'sending'].includes(message.status);
  let messages: ApiMessage[] = [];
  const describe = () => {
    const missing =
      spoken.length -
      messages.filter((message) => message.direction === 'in' && wanted.has(message.providerMessageId ?? ''))
        .length;
    return `never got quiet: ${missing} inbound missing, ${messages.filter(unfinished).length} unfinished`;
  };
  const violations: string[] = [];
  // As long as it goes on: a long run leaves thousands to a number that sends 80 a second.
  let left = Number.POSITIVE_INFINITY;
  for (let moved = performance.now(); left > 0; ) {
    messages = await listAll().catch(() => messages);
    const inbound = messages.filter(
      (message) => message.direction === 'in' && wanted.has(message.providerMessageId ?? ''),
    );
    const replies = messages.filter((message) => message.direction === 'out').length;
    const now =
      Math.max(0, spoken.length - inbound.length) +
      Math.max(0, spoken.length + accepted.size - replies) +
      messages.filter(unfinished).length;
    if (now < left) moved = performance.now();
    left = Math.min(left, now);
    if (performance.now() - moved > 120_000) {
      violations.push(describe());
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  // ── count ──
  const seen = new Map<string, number>();
  for (const message of messages) {
    if (message.direction === 'in')
      seen.set(message.providerMessageId ?? '', (seen.get(message.providerMessageId ?? '') ?? 0) + 1);
  }
  const lost = spoken.filter((id) => !seen.has(id));
  const doubled = [...seen].filter(([, count]) => count > 1);
  if (lost.length > 0) violations.push(`inbound lost: ${lost.length}, first ${lost[0]}`);
  if (doubled.length > 0) violations.push(`inbound doubled: ${doubled.length}`);

  const arrivals = new Map<string, number>();
  let outOfOrder = 0;
  for (const person of people) {
    const chat = (await phone(`/chats/${person.id}/${number.phoneNumberId}`)) as {
      messages: { id: string; direction: string; time: number; content: { body?: string } }[];
    };
    const second = new Map(
      chat.messages
        .filter((message) => message.direction === 'outgoing')
        .map((message) => [message.id, Math.floor(message.time / 1000)]),
    );
    for (const message of chat.messages) {
      if (message.direction === 'incoming') arrivals.set(message.id, (arrivals.get(message.id) ?? 0) + 1);
      if (message.direction === 'incoming' && message.content.body?.startsWith('out ')) {
        const marker = `${person.phone} ${message.content.body}`;
        arrivals.set(marker, (arrivals.get(marker) ?? 0) + 1);
      }
    }
    // Shown by WhatsApp's time, which has whole seconds, then arrival; the list comes newest first.
    const conversation = messages.find((message) =>
      second.has(message.providerMessageId ?? ''),
    )?.conversationId;
    if (conversation === undefined) continue;
    const shown = (await listAll(`&conversationId=${conversation}`))
      .filter((message) => message.direction === 'in' && second.has(message.providerMessageId ?? ''))
      .reverse()
      .map((message) => second.get(message.providerMessageId ?? '')!);
    outOfOrder += shown.filter((at, i) => i > 0 && at < shown[i - 1]!).length;
  }

  const byId = new Map(messages.map((message) => [message.id, message]));
  const outbound = { confirmed: 0, unconfirmed: 0, failed: 0, lost: 0, doubled: 0 };
  for (const [id, { marker, to }] of accepted) {
    const message = byId.get(id);
    const copies = arrivals.get(`${to} ${marker}`) ?? 0;
    if (!message) outbound.lost++;
    else if (copies > 1) outbound.doubled++;
    else if (message.status === 'unconfirmed') outbound.unconfirmed++;
    else if (message.status === 'failed') outbound.failed++;
    else if (copies === 1) outbound.confirmed++;
    else outbound.lost++;
  }
  if (outbound.lost > 0) violations.push(`outbound lost: ${outbound.lost}`);
  if (outbound.doubled > 0) violations.push(`outbound doubled: ${outbound.doubled}`);
  if (outbound.failed > 0)
    violations.push(`outbound failed although nothing was wrong with it: ${outbound.failed}`);
  const replies = messages.filter((message) => message.direction === 'out' && !accepted.has(message.id));
  if (replies.length !== spoken.length)
    violations.push(`automatic replies: ${replies.length} for ${spoken.length} messages`);
  const repliesOnPhones = replies.filter(
    (message) => message.providerMessageId && (arrivals.get(message.providerMessageId) ?? 0) === 1,
  ).length;
  const repliesUnconfirmed = replies.filter((message) => message.status === 'unconfirmed').length;
  if (repliesOnPhones + repliesUnconfirmed !== replies.length)
    violations.push(
      `replies neither on a phone nor unconfirmed: ${replies.length - repliesOnPhones - repliesUnconfirmed}`,
    );

  await product?.stop('SIGTERM');
  await simulator.close();
  await folder.remove();

  recoveries.sort((a, b) => a - b);
  const facts = {
    kills: recoveries.length,
    spoken: spoken.length,
    inboundLost: lost.length,
    inboundDoubled: doubled.length,
    outOfOrder,
    sends: accepted.size,
    ...outbound,
  };
  const rows: [string, string | number][] = [
    ['seed', options.seed],
    ['kills: app / PostgreSQL / both', `${killed.app} / ${killed.postgres} / ${killed.both}`],
    [
      'back and ready after, median / worst',
      `${(recoveries[Math.floor(recoveries.length / 2)]! / 1000).toFixed(2)} s / ${(recoveries.at(-1)! / 1000).toFixed(2)} s`,
    ],
    ['messages people wrote', spoken.length],
    ['  lost', lost.length],
    ['  doubled', doubled.length],
    ['  shown out of order', outOfOrder],
    [
      'automatic replies',
      `${replies.length}, ${repliesOnPhones} on phones, ${repliesUnconfirmed} unconfirmed`,
    ],
    ['sends accepted by the API', accepted.size],
    ['  on the phone exactly once', outbound.confirmed],
    ['  shown unconfirmed', outbound.unconfirmed],
    ['  failed', outbound.failed],
    ['  lost', outbound.lost],
    ['  doubled', outbound.doubled],
    ['violations', violations.length === 0 ? 'none' : violations.join('; ')],
  ];
  if (outOfOrder > 0) violations.push(`shown out of order: ${outOfOrder}`);
  const width = Math.max(...rows.map(([name]) => name.length));
  return {
    table: rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'),
    violations,
    facts,
  };
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

/** postmaster.pid names whoever runs the folder now. */
async function currentPostgres(dataDir: string, before: number | null): Promise<number | null> {
  const { readdir, readFile } = await import('node:fs/promises');
  for (const name of [...(await readdir(dataDir, { recursive: true }))].filter((entry) =>
    entry.endsWith('postmaster.pid'),
  )) {
    const pid = Number((await readFile(`${dataDir}/${name}`, 'utf8').catch(() => '')).split('\n')[0]);
    if (pid) return pid;
  }
  return before;
}
