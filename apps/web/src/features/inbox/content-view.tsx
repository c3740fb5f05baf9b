import { IconBan, IconMapPin, IconShoppingCart } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './content.module.css';
import { ContactCards } from './content-cards.tsx';
import { isEmojiOnly } from './content-format.ts';
import { Interactive, Pressed } from './content-interactive.tsx';
import { LongText } from './content-long.tsx';
import { type Content, partOf } from './content-part.ts';
import { TemplateView } from './content-template.tsx';
import { FormattedText, OutLink } from './content-text.tsx';
import type { MediaPart } from './media-queries.ts';
import { type FileKind, MediaView } from './media-view.tsx';

const files: ReadonlySet<string> = new Set(['image', 'video', 'audio', 'document', 'sticker']);
const nobody: ReadonlySet<string> = new Set();

/** What a message says, as WhatsApp shows it. `chosen`: what was picked of its buttons or rows. */
export function ContentView({
  content,
  chosen = nobody,
}: {
  content: Content;
  chosen?: ReadonlySet<string>;
}) {
  const type = String(content.type);
  if (files.has(type)) {
    const part = partOf<MediaPart>(content);
    return (
      <>
        <MediaView kind={type as FileKind} part={part} />
        {part.caption ? <LongText text={part.caption} /> : null}
      </>
    );
  }
  switch (type) {
    case 'text': {
      const { body = '' } = partOf<{ body: string }>(content);
      return isEmojiOnly(body) ? <p className={classes.emoji}>{body}</p> : <LongText text={body} />;
    }
    case 'location':
      return <Place content={content} />;
    case 'contacts':
      return <ContactCards cards={Array.isArray(content.contacts) ? content.contacts : []} />;
    case 'interactive':
      return <Interactive content={content} chosen={chosen} />;
    case 'button': {
      const { text, payload } = partOf<{ text: string; payload: string }>(content);
      return <Pressed title={text || payload || ''} />;
    }
    case 'template':
      return <TemplateView content={content} />;
    case 'order':
      return <Order content={content} />;
    default:
      return <Unsupported content={content} />;
  }
}

interface PlacePart {
  latitude: number;
  longitude: number;
  name: string | null;
  address: string | null;
}

function Place({ content }: { content: Content }) {
  const { t } = useTranslation();
  const { latitude = 0, longitude = 0, name, address } = partOf<PlacePart>(content);
  const place = `${latitude},${longitude}`;
  return (
    <div className={classes.card}>
      <span className={classes.head}>
        <IconMapPin size={20} aria-hidden />
        <bdi className={classes.title}>{name || t('thread.kind.location')}</bdi>
      </span>
      {address ? <p className={classes.small}>{address}</p> : null}
      {/* A link, not a map: nothing of the page may ask somebody else where a customer is. */}
      <OutLink
        href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
      >
        {t('thread.openMap', { place })}
      </OutLink>
    </div>
  );
}

interface OrderPart {
  catalogId: string | null;
  text: string | null;
  productItems: {
    productRetailerId: string | null;
    quantity: number | null;
    itemPrice: number | null;
    currency: string | null;
  }[];
}

function Order({ content }: { content: Content }) {
  const { t, i18n } = useTranslation();
  const { text, productItems = [] } = partOf<OrderPart>(content);
  const money = (amount: number, currency: string | null) =>
    currency && /^[A-Z]{3}$/.test(currency)
      ? new Intl.NumberFormat(i18n.language, { style: 'currency', currency }).format(amount)
      : new Intl.NumberFormat(i18n.language).format(amount);
  const total = productItems.reduce((sum, item) => sum + (item.itemPrice ?? 0) * (item.quantity ?? 0), 0);
  return (
    <div className={classes.card}>
      <span className={classes.head}>
        <IconShoppingCart size={20} aria-hidden />
        <span className={classes.title}>{t('thread.order.title', { count: productItems.length })}</span>
      </span>
      <dl className={classes.facts}>
        {productItems.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of an order that never changes
          <div key={at} style={{ display: 'contents' }}>
            <dt>
              {item.quantity ?? 1} × {item.itemPrice === null ? '' : money(item.itemPrice, item.currency)}
            </dt>
            <dd>{item.productRetailerId}</dd>
          </div>
        ))}
        <dt>{t('thread.order.total')}</dt>
        <dd>{money(total, productItems[0]?.currency ?? null)}</dd>
      </dl>
      {text ? <FormattedText text={text} /> : null}
    </div>
  );
}

function Unsupported({ content }: { content: Content }) {
  const { t } = useTranslation();
  const { type, reason } = partOf<{ type: string | null; reason: string }>(content);
  return (
    <div className={classes.card}>
      <p className={classes.gone}>
        <IconBan size={16} aria-hidden /> {t('thread.unsupported')}
      </p>
      {type || reason ? <p className={classes.small}>{[type, reason].filter(Boolean).join(': ')}</p> : null}
    </div>
  );
}
