/** What people get by mail: works off the jobs that write and send mails, into an outbox of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import { mailResetHandler } from '../src/modules/auth/index.ts';
import type { Database } from '../src/platform/db/index.ts';
import { createMailer } from '../src/platform/mail/index.ts';
import { type KeptMail, listOutbox } from '../src/platform/mail/outbox.ts';
import { testRing } from './harness.ts';
import { asOwner } from './owner.ts';

export interface Mailbox {
  /** Mails to an address, the newest first. */
  to(email: string): Promise<KeptMail[]>;
  /** The secret in the newest mail's link to an address. */
  linkTo(email: string): Promise<string>;
}

export function mailbox(t: { db: Database; ownerUrl: string }): Mailbox {
  const outbox = mkdtempSync(join(tmpdir(), 'chaski-mail-'));
  afterAll(() => rmSync(outbox, { recursive: true, force: true }));
  const log = pino({ level: 'silent' });
  const mailer = createMailer({ smtpUrl: null, from: 'test@localhost', ring: testRing, outbox, log });
  const handlers = [
    mailResetHandler({ db: t.db, mailer, links: { publicUrl: () => 'http://localhost' } }),
    mailer.handler,
  ];

  /** Reset mails first: they make mails. */
  async function work(): Promise<void> {
    for (const { job, run } of handlers) {
      const rows = await asOwner<{ payload: unknown }>(
        t.ownerUrl,
        `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
          where t.id = j.task_id and t.identifier = '${job.name}' returning j.payload`,
      );
      for (const { payload } of rows) {
        const { workspaceId = null, ...rest } = payload as { workspaceId?: string | null };
        await run('payload' in rest ? rest.payload : rest, {
          workspaceId,
          attempt: 1,
          log,
          signal: new AbortController().signal,
        });
      }
    }
  }

  async function to(email: string): Promise<KeptMail[]> {
    await work();
    return listOutbox(outbox).filter((mail) => mail.to === email);
  }
  return {
    to,
    async linkTo(email) {
      const [mail] = await to(email);
      const token = /#([\w-]+)/.exec(mail?.text ?? '')?.[1];
      if (!token) throw new Error(`No mail with a link for ${email}.`);
      return token;
    },
  };
}
