/**
 * log-sentry — unexpected errors, told to a Sentry (or whatever takes its envelopes) as one line of the log tells them.
 *
 * Always true: what leaves is the error's type, its scrubbed message, where in the code it arose and which component
 * logged it. No body, header, token, address, number or name: they are not in a log line to begin with, and what an
 * error's message quotes is cut here. A Sentry that is away costs nothing but its reports.
 */
import { randomUUID } from 'node:crypto';
import type { DestinationStream } from 'pino';
import { z } from 'zod';

export interface SentryOptions {
  dsn: string;
  environment: string;
  release: string;
}

export interface Sentry extends DestinationStream {
  /** Waits for reports on their way, at most 2 s. */
  close(): Promise<void>;
}

/** A DSN is `https://<key>@<host>/<project>`; null if it is none. */
export function parseDsn(dsn: string): { key: string; url: string } | null {
  if (!URL.canParse(dsn)) return null;
  const { protocol, username, host, pathname } = new URL(dsn);
  const [, folder = '', project] = /^(.*)\/(\w+)\/?$/.exec(pathname) ?? [];
  if (!/^https?:$/.test(protocol) || username === '' || project === undefined) return null;
  return { key: username, url: `${protocol}//${host}${folder}/api/${project}/envelope/` };
}

const line = z.object({
  time: z.number(),
  msg: z.string().default(''),
  component: z.string().default('chaski'),
  reqId: z.string().optional(),
  err: z.object({
    type: z.string().default('Error'),
    message: z.string().default(''),
    stack: z.string().default(''),
    code: z.string().optional(),
  }),
});

/** A program that fails a thousand times a minute says nothing new with most of them. */
const perMinute = 30;
const patienceMs = 5_000;

/** Takes lines of level error; those without an error in them are not reported. */
export function createSentry({ dsn, environment, release }: SentryOptions): Sentry {
  const target = parseDsn(dsn);
  const sending = new Set<Promise<unknown>>();
  let minute = 0;
  let sent = 0;

  function report(text: string): void {
    const parsed = line.safeParse(JSON.parse(text));
    if (!target || !parsed.success) return;
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) [minute, sent] = [now, 0];
    if (++sent > perMinute) return;
    const promise = fetch(target.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-sentry-envelope',
        'x-sentry-auth': `Sentry sentry_version=7, sentry_client=chaski/${release}, sentry_key=${target.key}`,
      },
      body: envelopeOf(parsed.data, { environment, release }),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
      .then((answer) => answer.body?.cancel())
      // Telling it to the log would come back here.
      .catch(() => {})
      .finally(() => sending.delete(promise));
    sending.add(promise);
  }

  return {
    write(text) {
      try {
        report(text);
      } catch {
        // Not a line of ours.
      }
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, 2_000);
      });
      await Promise.race([Promise.all(sending), patience]);
      clearTimeout(timer);
    },
  };
}

function envelopeOf(said: z.output<typeof line>, about: { environment: string; release: string }): string {
  const eventId = randomUUID().replaceAll('-', '');
  const event = {
    event_id: eventId,
    timestamp: said.time / 1_000,
    platform: 'node',
    level: 'error',
    logger: said.component,
    release: about.release,
    environment: about.environment,
    message: { formatted: scrub(said.msg) },
    exception: {
      values: [
        {
          type: said.err.type,
          value: scrub(said.err.message),
          stacktrace: { frames: framesOf(said.err.stack) },
        },
      ],
    },
    tags: {
      component: said.component,
      ...(said.err.code === undefined ? {} : { code: said.err.code }),
      ...(said.reqId === undefined ? {} : { request_id: said.reqId }),
    },
  };
  const headers = { event_id: eventId, sent_at: new Date().toISOString() };
  return `${JSON.stringify(headers)}\n${JSON.stringify({ type: 'event' })}\n${JSON.stringify(event)}\n`;
}

/** Without what a message may quote: texts in quotation marks, addresses, tokens, long numbers. */
export function scrub(text: string): string {
  return text
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”|\([^)]*\)=\([^)]*\)/g, '[cut]')
    .replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[cut]')
    .replaceAll(/\S+@\S+/g, '[cut]')
    .replaceAll(/\b(bearer|basic)\s+\S+/gi, '$1 [cut]')
    .replaceAll(/[\w.~+/=-]{20,}/g, '[cut]')
    .replaceAll(/\+?\d[\d ().-]{5,}\d/g, '[cut]')
    .slice(0, 1_000);
}

const frame = /^\s+at (?:(.+?) \()?(.+?):(\d+):(\d+)\)?$/;

/** Oldest first, as Sentry reads them; files below the checkout, so that no machine is named. */
function framesOf(stack: string): object[] {
  return stack
    .split('\n')
    .flatMap((text) => {
      const [, name, file = '', lineno, colno] = frame.exec(text) ?? [];
      if (file === '') return [];
      const filename = file.replace(/^file:\/\//, '').replace(/^.*\/(?=(apps|packages|node_modules)\/)/, '');
      return [
        {
          ...(name === undefined ? {} : { function: name }),
          filename,
          lineno: Number(lineno),
          colno: Number(colno),
          in_app: /^(apps|packages)\//.test(filename),
        },
      ];
    })
    .reverse();
}
