import type { Media } from '@chaski/sdk';
import { ActionIcon } from '@mantine/core';
import { IconFile, IconMusic, IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { explain } from '../../ui/explain.ts';
import classes from './composer.module.css';
import { type Said, say } from './composer-outbox.ts';
import { type Judged, judgeFile } from './media-limits.ts';
import { mediaSource, sizeOf } from './media-queries.ts';

export interface Chosen {
  id: string;
  name: string;
  size: number;
  type: string;
  judged: Judged;
  /** Address of a preview in this page; null where there is none. */
  preview: string | null;
  voice: boolean;
  state: 'uploading' | 'ready' | 'failed';
  problem: string | null;
  /** Resolves with our id of the file, null when it could not be taken. */
  uploaded: Promise<string | null>;
}

/** Files that are about to be sent: each goes up as soon as it is chosen. */
export function useFiles() {
  const { t } = useTranslation();
  const [files, setFiles] = useState<readonly Chosen[]>([]);
  const update = useCallback(
    (id: string, change: Partial<Chosen>) =>
      setFiles((now) => now.map((one) => (one.id === id ? { ...one, ...change } : one))),
    [],
  );
  const add = useCallback(
    (given: Iterable<File>, voice = false) => {
      const made = [...given].map((file): Chosen => {
        const id = once().idempotencyKey;
        const judged = judgeFile(file.type, file.size);
        const uploaded =
          judged.is === 'refused'
            ? Promise.resolve(null)
            : upload(file, judged.kind, id).then(
                (media) => {
                  update(id, { state: 'ready' });
                  return media.id;
                },
                (error) => {
                  update(id, { state: 'failed', problem: explain(t, error) });
                  return null;
                },
              );
        return {
          id,
          name: file.name,
          size: file.size,
          type: file.type,
          judged,
          preview: /^(image|video)\//.test(file.type) ? URL.createObjectURL(file) : null,
          voice,
          state: judged.is === 'refused' ? 'failed' : 'uploading',
          problem: null,
          uploaded,
        };
      });
      setFiles((now) => [...now, ...made]);
    },
    [update, t],
  );
  const addStored = useCallback(async (mediaId: string) => {
    const { filename, type, size, kind } = await chaski.media.getInfo({ id: mediaId });
    const made: Chosen = {
      id: once().idempotencyKey,
      name: filename ?? '',
      size: size ?? 0,
      type: type ?? '',
      judged: { is: 'fine', kind },
      preview: type?.startsWith('image/') ? mediaSource(mediaId) : null,
      voice: false,
      state: 'ready',
      problem: null,
      uploaded: Promise.resolve(mediaId),
    };
    setFiles((now) => [...now, made]);
  }, []);
  const drop = useCallback((ids: readonly string[]) => {
    setFiles((now) => {
      for (const one of now) if (one.preview && ids.includes(one.id)) URL.revokeObjectURL(one.preview);
      return now.filter(({ id }) => !ids.includes(id));
    });
  }, []);
  const all = useRef(files);
  all.current = files;
  useEffect(
    () => () => {
      for (const { preview } of all.current) if (preview) URL.revokeObjectURL(preview);
    },
    [],
  );
  return { files, add, addStored, drop };
}

function upload(file: File, kind: Media['kind'], id: string): Promise<Media> {
  return chaski.media.create(
    { query: { kind, ...(file.name ? { filename: file.name.slice(-240) } : {}) }, body: file },
    { idempotencyKey: id, headers: { 'content-type': file.type || 'application/octet-stream' } },
  );
}

/** Says the files in their order, the words under the first that can carry some; true: all were taken. */
export async function sayFiles(
  conversationId: string,
  files: readonly Chosen[],
  words: string,
  replyTo: string | null,
): Promise<boolean> {
  const ids = await Promise.all(files.map(({ uploaded }) => uploaded));
  if (ids.some((id) => id === null)) return false;
  let caption = words;
  let quoted = replyTo;
  files.forEach((file, at) => {
    if (file.judged.is === 'refused') return;
    const { kind } = file.judged;
    const carries = kind === 'image' || kind === 'video' || kind === 'document';
    const part = {
      mediaId: ids[at]!,
      ...(carries && caption !== '' ? { caption } : {}),
      ...(kind === 'document' ? { filename: file.name.slice(-240) } : {}),
      ...(kind === 'audio' && file.voice ? { voice: true } : {}),
    };
    if (carries) caption = '';
    say(conversationId, { type: kind, [kind]: part } as unknown as Said, quoted);
    quoted = null;
  });
  if (caption !== '') say(conversationId, { type: 'text', text: { body: caption } }, quoted);
  return true;
}

/** What is about to go out, and how WhatsApp will show it. */
export function FilesTray({
  files,
  onDrop,
}: {
  files: readonly Chosen[];
  onDrop: (ids: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  if (files.length === 0) return null;
  return (
    <ul className={classes.tray} aria-label={t('composer.files.label')}>
      {files.map((file) => (
        <li key={file.id} className={classes.chosen} data-state={file.state}>
          <Preview file={file} />
          <div className={classes.about}>
            <bdi className={classes.filename}>{file.name}</bdi>
            <Words file={file} />
          </div>
          <ActionIcon
            size={24}
            aria-label={t('composer.files.remove', { name: file.name })}
            onClick={() => onDrop([file.id])}
          >
            <IconX size={16} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

function Preview({ file }: { file: Chosen }) {
  // What calls itself a picture may be none.
  const [broken, setBroken] = useState(false);
  if (file.preview && file.type.startsWith('image/') && !broken) {
    return <img className={classes.preview} src={file.preview} alt="" onError={() => setBroken(true)} />;
  }
  return file.type.startsWith('audio/') ? (
    <IconMusic size={32} stroke={1.3} aria-hidden />
  ) : (
    <IconFile size={32} stroke={1.3} aria-hidden />
  );
}

function Words({ file }: { file: Chosen }) {
  const { t, i18n } = useTranslation();
  const { judged } = file;
  const size = sizeOf(file.size, i18n.language);
  const limit = 'limit' in judged ? sizeOf(judged.limit, i18n.language) : '';
  if (judged.is === 'refused') {
    return (
      <span role="alert">
        {t(`composer.files.${judged.why === 'empty' ? 'empty' : 'tooLarge'}`, { size, limit })}
      </span>
    );
  }
  if (file.state === 'failed') {
    return <span role="alert">{file.problem || t('composer.files.failed')}</span>;
  }
  return (
    <span>
      {size} ·{' '}
      {judged.is === 'as-file'
        ? t(judged.why === 'size' ? 'composer.files.asFileSize' : 'composer.files.asFileType', { limit })
        : t(`thread.kind.${file.voice ? 'voice' : judged.kind}`)}
      {file.state === 'uploading' ? ` · ${t('composer.files.uploading')}` : ''}
    </span>
  );
}
