import type { Campaign } from '@chaski/sdk';
import {
  Alert,
  Button,
  FileButton,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { isolated } from '../../ui/isolated.ts';
import { Section } from '../../ui/page.tsx';
import classes from './campaigns.module.css';
import { exampleQuery, segmentsQuery } from './queries.ts';
import { useCampaign } from './use-change.ts';

type Kind = 'segment' | 'list' | 'phones';

/** To whom: a segment, a list that is uploaded, or numbers that are pasted. */
export function AudienceStep({ campaign, editable }: { campaign: Campaign; editable: boolean }) {
  const { t } = useTranslation();
  const { audience } = campaign;
  const [kind, setKind] = useState<Kind>(
    audience?.kind === 'list' || audience?.kind === 'phones' ? audience.kind : 'segment',
  );
  return (
    <Section title={t('campaigns.step.audience')} lead={t('campaigns.step.audienceLead')}>
      <Stack>
        <SegmentedControl
          aria-label={t('campaigns.step.audience')}
          value={kind}
          disabled={!editable}
          onChange={(value) => setKind(value as Kind)}
          data={(['segment', 'list', 'phones'] as const).map((value) => ({
            value,
            label: t(`campaigns.audience.${value}`),
          }))}
        />
        {kind === 'segment' ? <Segment campaign={campaign} editable={editable} /> : null}
        {kind === 'list' ? <List campaign={campaign} editable={editable} /> : null}
        {kind === 'phones' ? <Phones campaign={campaign} editable={editable} /> : null}
        {editable && kind === audience?.kind ? <BadLines campaign={campaign} /> : null}
      </Stack>
    </Section>
  );
}

/** Which lines of a list have no usable number: said here, and not first when everything else is done. */
function BadLines({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { data } = useQuery(exampleQuery(campaign));
  if (!data || data.problems.length === 0) return null;
  return (
    // The title alone is said as it comes: a hundred lines read out would stop whoever listens.
    <Alert
      color="yellow"
      variant="outline"
      role="group"
      title={
        <span role="status">
          {data.more
            ? t('campaigns.audience.bad.ofFirst', { count: data.checked })
            : t('campaigns.audience.bad.title')}
        </span>
      }
    >
      <ul className={classes.badLines}>
        {data.problems.map(({ line, said, reason }) => (
          <li key={line}>
            <Text size="sm" span>
              {t('campaigns.audience.bad.line', {
                line,
                said: isolated(said),
                reason: t(`campaigns.audience.bad.${reason}`),
              })}
            </Text>
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function Segment({ campaign, editable }: { campaign: Campaign; editable: boolean }) {
  const { t } = useTranslation();
  const { change } = useCampaign(campaign);
  const { data: segments = [] } = useQuery(segmentsQuery);
  const { audience } = campaign;
  return (
    <Select
      label={t('campaigns.audience.segment')}
      description={segments.length === 0 ? t('campaigns.audience.noSegments') : null}
      data={segments.map((one) => ({ value: one.id, label: one.name }))}
      value={audience?.kind === 'segment' ? audience.segmentId : null}
      disabled={!editable}
      searchable
      onChange={(segmentId) => {
        if (segmentId) void change({ audience: { kind: 'segment', segmentId } });
      }}
    />
  );
}

function List({ campaign, editable }: { campaign: Campaign; editable: boolean }) {
  const { t } = useTranslation();
  const { act, show } = useCampaign(campaign);
  const [headers, setHeaders] = useState<string[]>([]);
  const [fileName, setFileName] = useState<string | null>(null);
  const { audience } = campaign;
  const { data: seen } = useQuery({ ...exampleQuery(campaign), enabled: audience?.kind === 'list' });
  const take = (file: File | null) =>
    file
      ? void act(async () => {
          const answer = await chaski.campaigns.uploadList(
            { id: campaign.id, body: file },
            { ...once(), headers: { 'content-type': 'text/csv' } },
          );
          setHeaders(answer.headers);
          setFileName(file.name);
          show(answer);
        })
      : undefined;
  return (
    <Stack gap="xs">
      <Group>
        <FileButton accept="text/csv,.csv,text/plain" onChange={take} disabled={!editable}>
          {(props) => (
            <Button variant="default" leftSection={<IconUpload size={16} />} {...props}>
              {t('campaigns.audience.choose')}
            </Button>
          )}
        </FileButton>
        {audience?.kind === 'list' ? (
          <Text size="sm">{t('campaigns.audience.uploaded', { column: audience.phoneColumn ?? '?' })}</Text>
        ) : null}
      </Group>
      {audience?.kind === 'list' && audience.phoneColumn && seen ? (
        <Text size="sm">
          {t(seen.more ? 'campaigns.audience.fileMore' : 'campaigns.audience.file', {
            name: fileName === null ? t('campaigns.audience.thisList') : isolated(fileName),
            count: seen.checked,
          })}
        </Text>
      ) : null}
      {headers.length > 0 ? (
        <Text size="sm" c="dimmed">
          {t('campaigns.audience.columns', { columns: headers.join(', ') })}
        </Text>
      ) : null}
    </Stack>
  );
}

function Phones({ campaign, editable }: { campaign: Campaign; editable: boolean }) {
  const { t } = useTranslation();
  const { change } = useCampaign(campaign);
  const [text, setText] = useState('');
  const { audience } = campaign;
  const phones = text.split(/[\n,;]+/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const taken =
    audience?.kind === 'phones' ? (
      <Text size="sm">
        {t('campaigns.audience.taken', {
          count: 'count' in audience ? audience.count : audience.phones.length,
        })}
      </Text>
    ) : null;
  if (!editable) return taken;
  return (
    <Stack gap="xs">
      <Textarea
        label={t('campaigns.audience.phones')}
        description={t('campaigns.audience.phonesHint')}
        autosize
        minRows={4}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group>
        <Button
          variant="default"
          disabled={phones.length === 0}
          onClick={() => void change({ audience: { kind: 'phones', phones } })}
        >
          {t('campaigns.audience.take', { count: phones.length })}
        </Button>
        {taken}
      </Group>
    </Stack>
  );
}
