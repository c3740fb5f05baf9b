import {
  IconCheck,
  IconClipboardText,
  IconExternalLink,
  IconHandClick,
  IconList,
  IconPhone,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './content.module.css';
import { type Content, partOf } from './content-part.ts';
import { FormattedText, OutLink } from './content-text.tsx';
import type { MediaPart } from './media-queries.ts';
import { type FileKind, MediaView } from './media-view.tsx';

interface Sent {
  type: string | null;
  header: { type: string; text?: string } & Partial<Record<FileKind, MediaPart>>;
  body: { text: string };
  footer: { text: string };
  action: {
    buttons?: { reply: { id: string; title: string } }[];
    button?: string;
    sections?: { title?: string; rows?: Row[]; productItems?: { productRetailerId: string }[] }[];
    parameters?: { displayText?: string; url?: string; flowCta?: string };
    productRetailerId?: string;
  };
}
interface Row {
  id: string;
  title: string;
  description?: string;
}
interface Answer {
  buttonReply: { title: string | null };
  listReply: { title: string | null; description?: string | null };
  nfmReply: { name?: string | null; body?: string | null; response: unknown; responseJson: string | null };
  callPermissionReply: { response: string | null; isPermanent?: boolean | null };
}

/** What we asked with buttons, rows or forms; or what the person answered to it. */
export function Interactive({ content, chosen }: { content: Content; chosen: ReadonlySet<string> }) {
  const { t } = useTranslation();
  const part = partOf<Sent & Answer>(content);
  if (part.buttonReply) return <Pressed title={part.buttonReply.title ?? ''} />;
  if (part.listReply) {
    return <Pressed title={part.listReply.title ?? ''} more={part.listReply.description ?? null} isRow />;
  }
  if (part.nfmReply) return <FormAnswer reply={part.nfmReply} />;
  if (part.callPermissionReply) {
    const allowed = part.callPermissionReply.response === 'accept';
    return (
      <p className={classes.gone}>
        <IconPhone size={16} aria-hidden /> {allowed ? t('thread.callsAllowed') : t('thread.callsRefused')}
      </p>
    );
  }
  return <Asked part={part} chosen={chosen} />;
}

function Asked({ part, chosen }: { part: Partial<Sent>; chosen: ReadonlySet<string> }) {
  const { header, body, footer, action } = part;
  const file = header && header.type !== 'text' ? header[header.type as FileKind] : undefined;
  return (
    <div className={classes.card}>
      {header?.text ? <bdi className={classes.title}>{header.text}</bdi> : null}
      {header && file ? <MediaView kind={header.type as FileKind} part={file} /> : null}
      {body?.text ? <FormattedText text={body.text} /> : null}
      {footer?.text ? <p className={classes.small}>{footer.text}</p> : null}
      {action ? <Choices action={action} chosen={chosen} /> : null}
    </div>
  );
}

function Choices({ action, chosen }: { action: Sent['action']; chosen: ReadonlySet<string> }) {
  const { parameters, buttons, sections } = action;
  return (
    <ul className={classes.choices}>
      {buttons?.map(({ reply }) => (
        <Choice key={reply.id} chosen={chosen.has(reply.id)}>
          {reply.title}
        </Choice>
      ))}
      {action.button ? (
        <li className={classes.small}>
          <IconList size={14} aria-hidden /> {action.button}
        </li>
      ) : null}
      {sections?.flatMap((section, at) => [
        section.title ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: sections of a message that never changes
          <li key={at} className={classes.small}>
            <bdi>{section.title}</bdi>
          </li>
        ) : null,
        ...(section.rows ?? []).map((row) => (
          <Choice key={row.id} chosen={chosen.has(row.id)}>
            {row.title}
          </Choice>
        )),
        ...(section.productItems ?? []).map(({ productRetailerId }) => (
          <Choice key={productRetailerId} chosen={false}>
            {productRetailerId}
          </Choice>
        )),
      ])}
      {action.productRetailerId ? <Choice chosen={false}>{action.productRetailerId}</Choice> : null}
      {parameters?.url ? (
        <li className={classes.choice}>
          <IconExternalLink size={14} aria-hidden />
          <OutLink href={parameters.url}>{parameters.displayText || parameters.url}</OutLink>
        </li>
      ) : null}
      {parameters?.flowCta ? <Choice chosen={false}>{parameters.flowCta}</Choice> : null}
    </ul>
  );
}

function Choice({ chosen, children }: { chosen: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <li className={`${classes.choice} ${chosen ? classes.chosen : ''}`} data-chosen={chosen || undefined}>
      {chosen ? <IconCheck size={14} role="img" aria-label={t('thread.chosen')} /> : null}
      <bdi>{children}</bdi>
    </li>
  );
}

/** A button or row that the person picked. */
export function Pressed({
  title,
  more = null,
  isRow = false,
}: {
  title: string;
  more?: string | null;
  isRow?: boolean;
}) {
  const { t } = useTranslation();
  const Icon = isRow ? IconList : IconHandClick;
  return (
    <div className={classes.card}>
      <span className={classes.head}>
        <Icon size={16} role="img" aria-label={t('thread.picked')} />
        <bdi className={classes.title}>{title}</bdi>
      </span>
      {more ? <p className={classes.small}>{more}</p> : null}
    </div>
  );
}

/** Keys that WhatsApp adds to a form's answer for itself. */
const formKeys = new Set(['flow_token', 'wa_flow_response_params']);

function FormAnswer({ reply }: { reply: Answer['nfmReply'] }) {
  const { t } = useTranslation();
  const { response, responseJson, body, name } = reply;
  const facts =
    typeof response === 'object' && response !== null && !Array.isArray(response)
      ? Object.entries(response).filter(([key]) => !formKeys.has(key))
      : null;
  return (
    <div className={classes.card}>
      <span className={classes.head}>
        <IconClipboardText size={18} aria-hidden />
        <bdi className={classes.title}>
          {name === 'address_message'
            ? t('thread.addressAnswer')
            : body && body !== 'Sent'
              ? body
              : t('thread.formAnswer')}
        </bdi>
      </span>
      {facts ? (
        <dl className={classes.facts}>
          {facts.map(([key, value]) => (
            <div key={key} style={{ display: 'contents' }}>
              <dt>{key}</dt>
              <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      ) : responseJson ? (
        <p className={classes.small}>{responseJson}</p>
      ) : null}
    </div>
  );
}
