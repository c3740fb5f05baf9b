import { Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconMessage, IconNote, IconSearch, IconSpeakerphone, IconTemplate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useExplain } from '../../ui/explain.ts';
import { Face } from '../../ui/face.tsx';
import { Modal } from '../../ui/modal.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Marked } from './marked.tsx';
import classes from './palette.module.css';
import { useGoals } from './palette-pages.ts';
import { campaignsNamed, searchQuery, templatesNamed } from './queries.ts';

/** Pages that a word finds: people and messages stand above them. */
const most = 6;

/** One field over everything: where it leads stands below it. */
export default function Find(props: {
  opened: boolean;
  /** What stands in the field at first. */
  words: string;
  onClose: () => void;
  showKeys: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      withCloseButton={false}
      size={640}
      padding={0}
      yOffset="10dvh"
      attributes={{ content: { 'aria-label': t('search.label') } }}
      transitionProps={{ duration: 0 }}
    >
      {props.opened ? <Results words={props.words} close={props.onClose} showKeys={props.showKeys} /> : null}
    </Modal>
  );
}

/** In this order; what the navigation has a place for is called as it is there. */
const groups = ['people', 'messages', 'notes', 'campaigns', 'templates', 'pages'] as const;
const titles: Partial<Record<(typeof groups)[number], string>> = {
  campaigns: 'shell.campaigns',
  templates: 'shell.templates',
};

interface Hit {
  id: string;
  group: (typeof groups)[number];
  icon: ReactNode;
  title: ReactNode;
  aside?: ReactNode;
  run(): void;
}

function useHits(
  text: string,
  q: string,
  close: () => void,
  showKeys: () => void,
): { hits: Hit[]; error: unknown; isAsking: boolean } {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const said = useQuery(searchQuery(q));
  const may = useMay();
  const campaigns = useQuery(campaignsNamed(q, may('campaigns:read')));
  const templates = useQuery(templatesNamed(q, may('templates:read')));
  const found = q === '' ? undefined : said.data;
  const named = <One,>(list: readonly One[] | undefined) => (q === '' ? [] : (list ?? []));
  const word = text.toLowerCase();
  const matching = useGoals().filter(({ name }) => name.toLowerCase().includes(word));
  const pages = word === '' ? matching : matching.slice(0, most);
  const then = (act: () => void) => () => {
    close();
    act();
  };
  const toThread = (one: { id: string; conversationId: string }) =>
    then(
      () =>
        void navigate({
          to: '/app/inbox/$conversationId',
          params: { conversationId: one.conversationId },
          search: { view: 'all', message: one.id },
        }),
    );
  const hits: Hit[] = [
    ...(found?.contacts ?? []).map((one) => ({
      id: one.id,
      group: 'people' as const,
      icon: <Face name={one.displayName} size={26} />,
      title: <Marked text={one.displayName} marks={one.highlights} />,
      aside: one.phone ? <bdi>+{one.phone}</bdi> : null,
      run: then(() => void navigate({ to: '/app/contacts', search: { contact: one.id } })),
    })),
    ...(found?.messages ?? []).map((one) => ({
      id: one.id,
      group: 'messages' as const,
      icon: <IconMessage size={20} stroke={1.6} />,
      title: <Said by={one.contactName} text={one.text} marks={one.highlights} />,
      aside: <RelativeTime at={one.at} />,
      run: toThread(one),
    })),
    ...(found?.notes ?? []).map((one) => ({
      id: one.id,
      group: 'notes' as const,
      icon: <IconNote size={20} stroke={1.6} />,
      title: <Said by={one.contactName} text={one.text} marks={one.highlights} />,
      aside: <RelativeTime at={one.at} />,
      run: toThread(one),
    })),
    ...named(campaigns.data).map((one) => ({
      id: one.id,
      group: 'campaigns' as const,
      icon: <IconSpeakerphone size={20} stroke={1.6} />,
      title: one.name,
      aside: t(`campaigns.state.${one.state}`),
      run: then(() => void navigate({ to: '/app/campaigns/$campaignId', params: { campaignId: one.id } })),
    })),
    ...named(templates.data).map((one) => ({
      id: one.id,
      group: 'templates' as const,
      icon: <IconTemplate size={20} stroke={1.6} />,
      title: one.name,
      aside: one.language,
      run: then(() => void navigate({ to: '/app/templates/$templateId', params: { templateId: one.id } })),
    })),
    ...pages.map(({ name, icon: Icon, go }) => ({
      id: name,
      group: 'pages' as const,
      icon: <Icon size={20} stroke={1.6} />,
      title: name,
      run: then(() => (go === 'keys' ? showKeys() : void navigate(go as Parameters<typeof navigate>[0]))),
    })),
  ];
  // What is typed is asked for a moment later; until then nobody knows that there is nothing.
  const asked = [said, campaigns, templates];
  const isAsking = text !== '' && (asked.some((one) => one.isFetching) || text !== q);
  const error = q === '' ? null : asked.find((one) => one.error)?.error;
  return { hits, error, isAsking };
}

/** Whose thread it is, and the words. */
function Said({ by, ...words }: { by: string | null } & Parameters<typeof Marked>[0]) {
  const { t } = useTranslation();
  return (
    <>
      {by === null ? null : <span className={classes.who}>{t('list.said', { name: by })}</span>}{' '}
      <Marked {...words} />
    </>
  );
}

function Results(props: { words: string; close: () => void; showKeys: () => void }) {
  const { close, showKeys } = props;
  const { t } = useTranslation();
  const explain = useExplain();
  const [text, setText] = useState(props.words);
  const words = text.trim();
  const [q] = useDebouncedValue(words, 120);
  const { hits, error, isAsking } = useHits(words, q, close, showKeys);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const base = useId();
  const current = Math.min(at, hits.length - 1);
  const move = (to: number) => {
    setAt(to);
    list.current?.querySelector(`[data-at="${to}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || hits.length === 0) return;
    if (event.key === 'ArrowDown') move((current + 1) % hits.length);
    else if (event.key === 'ArrowUp') move((current - 1 + hits.length) % hits.length);
    else if (event.key === 'Enter') hits[current]?.run();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        className={classes.field ?? ''}
        size="lg"
        variant="unstyled"
        leftSection={<IconSearch size={20} />}
        placeholder={t('search.placeholder')}
        aria-label={t('search.placeholder')}
        role="combobox"
        aria-expanded
        aria-controls={base}
        aria-autocomplete="list"
        aria-activedescendant={hits[current] ? `${base}-${current}` : undefined}
        data-autofocus
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div ref={list} id={base} role="listbox" aria-label={t('search.results')} className={classes.hits}>
        {groups.map((group) => (
          <Group key={group} group={group} hits={hits} current={current} base={base} />
        ))}
      </div>
      <div role="status" className={classes.status}>
        {error
          ? explain(error)
          : isAsking && hits.length === 0
            ? t('search.asking')
            : hits.length === 0
              ? t('search.nothing')
              : t('search.hint')}
      </div>
    </>
  );
}

function Group(props: { group: Hit['group']; hits: readonly Hit[]; current: number; base: string }) {
  const { t } = useTranslation();
  const { group, hits } = props;
  const title = t(titles[group] ?? `search.groups.${group}`);
  if (!hits.some((hit) => hit.group === group)) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields
    <div role="group" aria-label={title}>
      <Text size="xs" fw={600} c="dimmed" className={classes.heading} aria-hidden>
        {title}
      </Text>
      {hits.map((hit, at) =>
        hit.group === group ? (
          // The keyboard is in the field; it points here by aria-activedescendant.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          // biome-ignore lint/a11y/useFocusableInteractive: see above
          <div
            key={hit.id}
            id={`${props.base}-${at}`}
            data-at={at}
            role="option"
            aria-selected={at === props.current}
            className={classes.hit}
            onClick={hit.run}
          >
            {hit.icon}
            <span className={classes.title}>
              <bdi>{hit.title}</bdi>
            </span>
            <span className={classes.aside}>{hit.aside}</span>
          </div>
        ) : null,
      )}
    </div>
  );
}
