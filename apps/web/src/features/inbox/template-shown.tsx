import {
  type PreviewButton,
  type PreviewCard,
  type TemplatePreview,
  templatePreview,
} from '@chaski/contracts';
import type { Template } from '@chaski/sdk';
import {
  IconCopy,
  IconCornerUpLeft,
  IconExternalLink,
  IconFileText,
  IconMapPin,
  IconPhone,
  IconPhoto,
  IconVideo,
} from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import classes from './content.module.css';
import { FormattedText } from './content-text.tsx';
import { mediaSource } from './media-queries.ts';

/**
 * A template as the phone shows it, with what a send filled in. Loaded when one is seen: the rules of templates, which
 * the server shares, are no part of the page's first load.
 */
export default function TemplateShown({
  template,
  parameters,
}: {
  template: Pick<Template, 'components'>;
  parameters: readonly unknown[];
}) {
  const shown: TemplatePreview = templatePreview(template, parameters);
  return (
    <>
      <Card card={shown} />
      {shown.offer ? (
        <p className={classes.small}>
          {shown.offer.text}
          {shown.offer.expiresAt === null ? null : (
            <>
              {' · '}
              <Moment at={new Date(shown.offer.expiresAt).toISOString()} />
            </>
          )}
        </p>
      ) : null}
      {shown.footer ? <p className={classes.small}>{shown.footer}</p> : null}
      <Buttons buttons={shown.buttons} />
      {shown.cards.map((card, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards have places, not names
        <div key={at} className={classes.sub}>
          <Card card={card} />
          <Buttons buttons={card.buttons} />
        </div>
      ))}
    </>
  );
}

function Card({ card: { header, body } }: { card: PreviewCard }) {
  return (
    <>
      {header?.kind === 'text' ? <p className={classes.title}>{header.text}</p> : null}
      {header && header.kind !== 'text' ? <HeaderFile kind={header.kind} value={header.value} /> : null}
      {body ? <FormattedText text={body} /> : null}
    </>
  );
}

const pictures = { image: IconPhoto, video: IconVideo, gif: IconVideo, document: IconFileText } as const;

function HeaderFile({ kind, value }: { kind: string; value: Readonly<Record<string, unknown>> | null }) {
  const { t } = useTranslation();
  const mediaId = typeof value?.mediaId === 'string' ? value.mediaId : null;
  if (kind === 'image' && mediaId) {
    return <img className={classes.headerImage} src={mediaSource(mediaId)} alt={t('thread.kind.image')} />;
  }
  const Picture = pictures[kind as keyof typeof pictures] ?? IconMapPin;
  const name = [value?.filename, value?.name, value?.productRetailerId].find(
    (one) => typeof one === 'string',
  );
  return (
    <p className={classes.headerFile}>
      <Picture size={20} stroke={1.4} aria-hidden />
      <bdi>{name ?? t(`thread.kind.${kind === 'gif' ? 'video' : kind}`)}</bdi>
    </p>
  );
}

const icons: Partial<Record<PreviewButton['type'], typeof IconPhone>> = {
  URL: IconExternalLink,
  PHONE_NUMBER: IconPhone,
  QUICK_REPLY: IconCornerUpLeft,
  COPY_CODE: IconCopy,
  OTP: IconCopy,
};

function Buttons({ buttons }: { buttons: readonly PreviewButton[] }) {
  if (buttons.length === 0) return null;
  return (
    <ul className={classes.choices}>
      {buttons.map((button, at) => {
        const Icon = icons[button.type];
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: buttons have places, not names
            key={at}
            className={classes.choice}
            title={button.url ?? button.phone ?? button.code ?? undefined}
          >
            {Icon ? <Icon size={14} aria-hidden /> : null}
            <bdi>{button.text}</bdi>
          </li>
        );
      })}
    </ul>
  );
}
