import type { Media } from '@chaski/sdk';
import { Button } from '@mantine/core';
import { IconDownload, IconFile, IconFileOff, IconHourglass, IconPhoto } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { laterDialog } from '../../ui/later.tsx';
import { OutLink } from './content-text.tsx';
import classes from './media.module.css';
import { AudioPlayer } from './media-audio.tsx';
import { type MediaPart, mediaQuery, mediaSource, sizeOf } from './media-queries.ts';

const Lightbox = laterDialog(() => import('./media-lightbox.tsx'));

export type FileKind = 'image' | 'video' | 'audio' | 'document' | 'sticker';

/** A file in a bubble: what it shows, or why it cannot be shown. */
export function MediaView({ kind, part }: { kind: FileKind; part: MediaPart }) {
  if (part.mediaId) return <Stored kind={kind} part={part} mediaId={part.mediaId} />;
  return <Elsewhere kind={kind} part={part} />;
}

function Stored({ kind, part, mediaId }: { kind: FileKind; part: MediaPart; mediaId: string }) {
  const { t } = useTranslation();
  const { data: media, isPending } = useQuery(mediaQuery(mediaId));
  const [broken, setBroken] = useState(false);
  if (isPending) return <div className={kind === 'sticker' ? classes.sticker : classes.state} aria-hidden />;
  if (media?.state !== 'stored') return <NotThere media={media ?? null} mediaId={mediaId} />;
  const source = mediaSource(mediaId);
  const label = part.caption || t(`thread.kind.${kind}`);
  if (broken || kind === 'document') return <FileCard media={media} part={part} source={source} />;
  switch (kind) {
    case 'image':
      return <Picture source={source} label={label} onBroken={() => setBroken(true)} />;
    case 'sticker':
      return <img className={classes.sticker} src={source} alt={label} onError={() => setBroken(true)} />;
    case 'video':
      return (
        // People send films without captions for the deaf; there is no track to give.
        // biome-ignore lint/a11y/useMediaCaption: see above
        <video
          className={classes.video}
          src={source}
          controls
          preload="metadata"
          aria-label={label}
          onError={() => setBroken(true)}
        />
      );
    case 'audio':
      return <AudioPlayer source={source} voice={part.voice === true} onBroken={() => setBroken(true)} />;
  }
}

function Picture({ source, label, onBroken }: { source: string; label: string; onBroken: () => void }) {
  const { t } = useTranslation();
  const [large, setLarge] = useState(false);
  return (
    <>
      <button
        type="button"
        className={classes.frame}
        aria-label={t('thread.media.enlarge', { label })}
        onClick={() => setLarge(true)}
      >
        <img src={source} alt={label} loading="lazy" onError={onBroken} />
      </button>
      <Lightbox source={source} label={label} opened={large} onClose={() => setLarge(false)} />
    </>
  );
}

function FileCard({ media, part, source }: { media: Media; part: MediaPart; source: string }) {
  const { t, i18n } = useTranslation();
  const name = part.filename || media.filename || t('thread.kind.document');
  return (
    <a className={classes.file} href={source} download={name} target="_blank" rel="noopener noreferrer">
      <IconFile size={28} stroke={1.4} aria-hidden />
      <bdi className={classes.name}>{name}</bdi>
      <IconDownload size={18} aria-label={t('thread.media.download')} />
      <span className={classes.size}>
        {[
          media.type?.split('/')[1]?.toUpperCase().slice(0, 12),
          media.size && sizeOf(media.size, i18n.language),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </a>
  );
}

/** Not here yet, or not any more: says which, and offers what helps. */
function NotThere({ media, mediaId }: { media: Media | null; mediaId: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const queries = useQueryClient();
  const again = useMutation({
    mutationFn: () => chaski.media.fetch({ id: mediaId }, once()),
    onSuccess: (now) => queries.setQueryData(mediaQuery(mediaId).queryKey, now),
  });
  const state = media?.state ?? 'failed';
  return (
    <div className={classes.state} data-media-state={state}>
      {state === 'waiting' ? <IconHourglass size={22} aria-hidden /> : <IconFileOff size={22} aria-hidden />}
      <span>{t(`thread.media.${state}`)}</span>
      {media?.reason && state !== 'waiting' ? <bdi>{media.reason}</bdi> : null}
      {state === 'failed' && may('media:write') ? (
        <Button size="compact-sm" variant="default" loading={again.isPending} onClick={() => again.mutate()}>
          {t('thread.media.again')}
        </Button>
      ) : null}
      {again.isError ? <span role="alert">{t('thread.media.againFailed')}</span> : null}
    </div>
  );
}

function Elsewhere({ kind, part }: { kind: FileKind; part: MediaPart }) {
  const { t } = useTranslation();
  return (
    <div className={classes.state}>
      <IconPhoto size={22} aria-hidden />
      <span>{t(`thread.kind.${kind}`)}</span>
      {part.link ? <OutLink href={part.link}>{part.filename || part.link}</OutLink> : null}
    </div>
  );
}
