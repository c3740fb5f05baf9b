import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { Tx } from '../db/index.ts';
import { errors } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Logger } from '../log.ts';
import { defineJob, enqueue, type Handler, handle } from '../queue/index.ts';
import { type KeyRing, type Place, seal, unseal } from '../seal.ts';
import { keepInOutbox } from './outbox.ts';

/** A finished mail to one person. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface MailerOptions {
  /** smtp:// or smtps:// with credentials; null: nothing leaves the house. */
  smtpUrl: string | null;
  from: string;
  ring: KeyRing;
  /** Where mails land without SMTP; null in production, where the job then fails and can be replayed. */
  outbox: string | null;
  log: Logger;
}

export interface Mailer {
  /** Sends it once the transaction is committed. */
  send(tx: Tx, mail: Mail): Promise<void>;
  handler: Handler;
  outbox: string | null;
  close(): void;
}

const content = z.object({ subject: z.string(), text: z.string(), html: z.string() });

/** Ten attempts lie about 8 hours apart in all: mail servers are away for an afternoon. */
const sendMail = defineJob({
  name: 'mail.send',
  schema: z.object({ id: z.string(), to: z.string(), sealed: z.string() }),
  attempts: 10,
});

// Jobs are no column of ours, so a rotation of keys does not reach them: the old key stays until they are gone.
const placeOf = (id: string): Place => ({ workspaceId: null, table: 'jobs', column: 'mail', rowId: id });

export function createMailer(options: MailerOptions): Mailer {
  const { ring, log, outbox, smtpUrl, from } = options;
  const transport =
    smtpUrl === null
      ? null
      : createTransport({
          url: smtpUrl,
          pool: true,
          maxConnections: 2,
          connectionTimeout: 10_000,
          greetingTimeout: 10_000,
          socketTimeout: 30_000,
        });
  return {
    outbox: smtpUrl === null ? outbox : null,
    async send(tx, { to, ...rest }) {
      const id = newId(tx.now().getTime());
      const workspaceId = tx.scope === 'tenant' ? tx.workspaceId : null;
      const sealed = seal(ring, placeOf(id), JSON.stringify(rest));
      await enqueue(tx, sendMail, [{ workspaceId, payload: { id, to, sealed } }]);
    },
    handler: handle(sendMail, async ({ id, to, sealed }) => {
      const mail = { to, ...content.parse(JSON.parse(unseal(ring, placeOf(id), sealed))) };
      const said = { mail: id, to, subject: mail.subject };
      if (transport) {
        // The same id at every attempt: a server that took it already can tell.
        await transport.sendMail({ from, ...mail, messageId: `<${id}@chaski>` });
        log.info(said, 'mail sent');
      } else if (outbox !== null) {
        keepInOutbox(outbox, { id, at: new Date().toISOString(), from, ...mail });
        log.info(said, 'mail kept in the outbox: /outbox shows it');
      } else {
        throw errors.configuration(
          'SMTP_URL is not set: this mail cannot be sent. Set it and retry the job.',
        );
      }
    }),
    close: () => transport?.close(),
  };
}
