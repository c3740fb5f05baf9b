import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconMicrophone, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './composer.module.css';

/** The one form that WhatsApp shows as a voice note. */
const voiceType = 'audio/ogg;codecs=opus';
/** Some browsers record the same sound in another box: it is put into the right one here. */
const recordable = [voiceType, 'audio/webm;codecs=opus'];

const recordedAs = (): string | undefined =>
  typeof MediaRecorder === 'undefined' || navigator.mediaDevices === undefined
    ? undefined
    : recordable.find((type) => MediaRecorder.isTypeSupported(type));

/** null: nothing that can be read was recorded. */
async function voiceFile(recorded: Blob): Promise<File | null> {
  const named = (part: BlobPart) => new File([part], 'voice.ogg', { type: voiceType });
  if (recorded.type.startsWith('audio/ogg')) return recorded.size > 0 ? named(recorded) : null;
  const [{ readWebm }, { writeOgg }] = await Promise.all([
    import('./voice-webm.ts'),
    import('./voice-ogg.ts'),
  ]);
  const track = readWebm(new Uint8Array(await recorded.arrayBuffer()));
  return track && named(writeOgg(track, crypto.getRandomValues(new Uint32Array(1))[0]!));
}

/** Records a voice note. Not offered where the browser records no Opus. */
export function VoiceButton({ onRecorded }: { onRecorded: (file: File) => void }) {
  const { t } = useTranslation();
  const recorder = useRef<MediaRecorder | null>(null);
  const [since, setSince] = useState<number | null>(null);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (since === null) return;
    const timer = window.setInterval(() => setSeconds(Math.floor((Date.now() - since) / 1_000)), 250);
    return () => window.clearInterval(timer);
  }, [since]);
  useEffect(
    () => () => {
      for (const track of recorder.current?.stream.getTracks() ?? []) track.stop();
    },
    [],
  );
  const mimeType = recordedAs();
  if (mimeType === undefined) return null;

  const begin = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
      const made = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32_000 });
      recorder.current = made;
      made.start();
      setSeconds(0);
      setSince(Date.now());
    } catch {
      notifications.show({ color: 'red', message: t('composer.voice.denied') });
    }
  };
  const end = (keep: boolean) => {
    const made = recorder.current;
    recorder.current = null;
    setSince(null);
    if (!made) return;
    if (keep) {
      made.ondataavailable = ({ data }) =>
        void voiceFile(data).then((file) => {
          if (file) onRecorded(file);
          else notifications.show({ color: 'red', message: t('composer.voice.failed') });
        });
    }
    made.stop();
    for (const track of made.stream.getTracks()) track.stop();
  };
  if (since === null) {
    return (
      <Tooltip label={t('composer.voice.record')}>
        <ActionIcon size={36} aria-label={t('composer.voice.record')} onClick={() => void begin()}>
          <IconMicrophone size={20} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Group gap={4} wrap="nowrap" role="status">
      <span className={classes.window}>{t('composer.voice.recording', { seconds })}</span>
      <ActionIcon size={36} aria-label={t('composer.voice.discard')} onClick={() => end(false)}>
        <IconX size={20} />
      </ActionIcon>
      <ActionIcon size={36} aria-label={t('composer.voice.done')} onClick={() => end(true)}>
        <IconCheck size={20} />
      </ActionIcon>
    </Group>
  );
}
