import { ActionIcon, Button } from '@mantine/core';
import { IconMicrophone, IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './media.module.css';

const bars = 40;
const speeds = [1, 1.5, 2];
/** Larger ones are not decoded for the sake of a picture: 2 MB of Opus are about ten minutes. */
const largestDrawn = 2 * 1024 * 1024;

/** Loudness over time, 0 to 1; null where the browser cannot decode it. */
async function waveOf(source: string): Promise<number[] | null> {
  const bytes = await (await fetch(source)).arrayBuffer();
  if (bytes.byteLength > largestDrawn) return null;
  try {
    const audio = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(bytes);
    const samples = audio.getChannelData(0);
    const step = Math.max(1, Math.floor(samples.length / bars));
    const peaks = Array.from({ length: bars }, (_, bar) => {
      let peak = 0;
      for (let at = bar * step; at < (bar + 1) * step && at < samples.length; at += 8) {
        peak = Math.max(peak, Math.abs(samples[at] ?? 0));
      }
      return peak;
    });
    const loudest = Math.max(...peaks, 0.01);
    return peaks.map((peak) => peak / loudest);
  } catch {
    return null;
  }
}

/** A voice note or a song: play, seek, how long, how fast. */
export function AudioPlayer({
  source,
  voice,
  onBroken,
}: {
  source: string;
  voice: boolean;
  onBroken: () => void;
}) {
  const { t, i18n } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState(1);
  const { data: wave } = useQuery({
    queryKey: ['wave', source],
    queryFn: () => waveOf(source),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const played = length > 0 ? at / length : 0;
  const heights = wave ?? Array.from({ length: bars }, () => 0.08);
  return (
    <div className={classes.player} data-voice={voice || undefined}>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody wrote down what a voice note says */}
      <audio
        ref={audio}
        src={source}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={({ currentTarget: { duration } }) =>
          setLength(Number.isFinite(duration) ? duration : 0)
        }
        onError={onBroken}
      />
      <ActionIcon
        size={36}
        radius="xl"
        variant="filled"
        color="chaski"
        aria-label={playing ? t('thread.media.pause') : t('thread.media.play')}
        onClick={() => (playing ? audio.current?.pause() : void audio.current?.play().catch(onBroken))}
      >
        {playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
      </ActionIcon>
      <div className={classes.track}>
        <div className={classes.wave} aria-hidden>
          {heights.map((height, bar) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
              key={bar}
              data-played={bar / bars < played || undefined}
              style={{ height: `${Math.round(height * 100)}%` }}
            />
          ))}
        </div>
        <input
          className={classes.seek}
          type="range"
          min={0}
          max={length || 1}
          step="any"
          value={at}
          aria-label={t('thread.media.seek')}
          aria-valuetext={clock(at, i18n.language)}
          onChange={(event) => {
            if (audio.current) audio.current.currentTime = Number(event.currentTarget.value);
          }}
        />
      </div>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={t('thread.media.speed', { speed })}
        onClick={() => {
          const next = speeds[(speeds.indexOf(speed) + 1) % speeds.length]!;
          setSpeed(next);
          if (audio.current) audio.current.playbackRate = next;
        }}
      >
        {speed}×
      </Button>
      {voice ? (
        <IconMicrophone size={14} role="img" aria-label={t('thread.kind.voice')} className={classes.time} />
      ) : (
        <span />
      )}
      <span className={classes.time}>{clock(playing || at > 0 ? at : length, i18n.language)}</span>
    </div>
  );
}

function clock(seconds: number, language: string): string {
  const two = new Intl.NumberFormat(language, { minimumIntegerDigits: 2 });
  const one = new Intl.NumberFormat(language);
  return `${one.format(Math.floor(seconds / 60))}:${two.format(Math.floor(seconds % 60))}`;
}
