import type { TemplateVersion } from '@chaski/sdk';
import { Button, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { membersQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import { More } from '../../ui/more.tsx';
import { Listing, Row, Rows, Section } from '../../ui/page.tsx';
import { Phone } from './phone.tsx';
import { versionsQuery } from './queries.ts';

/** What it said before, newest first. */
export function TemplateVersions({ id }: { id: string }) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(versionsQuery(id));
  const { data, error } = list;
  return (
    <Section title={t('templates.versions')}>
      <Listing
        query={{ data: data?.pages.flatMap((page) => page.data), error }}
        empty={t('templates.noVersions')}
      >
        {(versions) => (
          <Rows label={t('templates.versions')}>
            {versions.map((version) => (
              <Version key={version.n} version={version} />
            ))}
          </Rows>
        )}
      </Listing>
      <More list={list} />
    </Section>
  );
}

function Version({ version }: { version: TemplateVersion }) {
  const { t } = useTranslation();
  const id = useId();
  const [open, setOpen] = useState(false);
  const { data: members = [] } = useQuery(membersQuery);
  const author = members.find(({ userId }) => userId === version.author?.id);
  return (
    <Row
      end={
        <Button
          size="compact-sm"
          variant="default"
          aria-expanded={open}
          aria-controls={id}
          aria-label={t('templates.showVersion', { n: version.n })}
          onClick={() => setOpen(!open)}
        >
          {t('templates.show')}
        </Button>
      }
      below={
        <div id={id} hidden={!open}>
          {open ? (
            <Phone components={version.components} label={t('templates.nth', { n: version.n })} />
          ) : null}
        </div>
      }
    >
      {t('templates.nth', { n: version.n })} · {t(`templates.version.${version.state}`)}
      <Text size="xs" c="dimmed">
        <Moment at={version.submittedAt ?? version.updatedAt} />
        {author ? (
          <>
            {' · '}
            <bdi>{author.name || author.email}</bdi>
          </>
        ) : null}
      </Text>
      {version.problem ? (
        <Text size="sm" c="var(--chaski-danger)" dir="auto">
          {version.problem.message}
        </Text>
      ) : null}
    </Row>
  );
}
