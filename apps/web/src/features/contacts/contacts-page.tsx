import { ActionIcon, Button, Group, Text, Title, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDownload, IconPlus, IconUpload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Drawer } from '../../ui/drawer.tsx';
import { useSelection } from '../inbox/bulk-selection.ts';
import { ContactDrawer } from './contact-drawer.tsx';
import { ContactFilters } from './contact-filters.tsx';
import { ContactForm } from './contact-form.tsx';
import classes from './contacts.module.css';
import { ContactsBulk } from './contacts-bulk.tsx';
import { ContactsTable } from './contacts-table.tsx';
import { ImportWizard } from './import-wizard.tsx';
import { type ContactSearch, contactCountQuery, contactsQuery, filterOf } from './queries.ts';

const route = getRouteApi('/inside/app/contacts');

/** Everybody who ever wrote or was written to. */
export function ContactsPage() {
  const { t, i18n } = useTranslation();
  const may = useMay();
  const search = route.useSearch();
  const navigate = useNavigate();
  const [today] = useState(Date.now);
  const filter = filterOf(search, today);
  const query = useInfiniteQuery(contactsQuery(filter));
  const { data: counted } = useQuery(contactCountQuery(filter));
  const figure = counted
    ? t('contacts.count', {
        count: counted.count,
        figure: new Intl.NumberFormat(i18n.language).format(counted.count),
      })
    : '';
  // Said aloud once for each filter that is set: not the first, and not each step of an import.
  const asked = JSON.stringify(filter);
  const [told, tell] = useState({ asked, words: '' });
  if (counted && told.asked !== asked) tell({ asked, words: figure });
  const contacts = query.data?.pages.flatMap((page) => page.data) ?? [];
  const selection = useSelection(contacts);
  const [creating, create] = useDisclosure();
  const [importing, bring] = useDisclosure();
  const show = (contact: string | undefined) =>
    void navigate({ to: '.', search: (before: ContactSearch) => ({ ...before, contact }) });
  const exported = `/v1/contacts/export?${new URLSearchParams(
    Object.entries(filter).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)])),
  )}`;
  return (
    <main className={classes.page}>
      <Group justify="space-between" p="md" pb={0}>
        <Group gap="xs" align="baseline">
          <Title order={1} size="h3">
            {t('contacts.title')}
          </Title>
          <Text c="dimmed" size="sm">
            {figure}
          </Text>
          <span className="visually-hidden" role="status">
            {told.words}
          </span>
        </Group>
        <Group gap="xs" wrap="nowrap">
          {may('contacts:import') ? (
            <Button
              variant="default"
              className={classes.create ?? ''}
              leftSection={<IconUpload size={16} />}
              onClick={bring.open}
            >
              <span className={classes.createWords}>{t('contacts.import')}</span>
            </Button>
          ) : null}
          {may('contacts:export') ? (
            <Tooltip label={t('contacts.export')}>
              <ActionIcon
                size={36}
                variant="default"
                component="a"
                href={exported}
                download
                aria-label={t('contacts.export')}
              >
                <IconDownload size={18} />
              </ActionIcon>
            </Tooltip>
          ) : null}
          {may('contacts:write') ? (
            <Button
              className={classes.create ?? ''}
              leftSection={<IconPlus size={16} />}
              onClick={create.open}
            >
              <span className={classes.createWords}>{t('contacts.create')}</span>
            </Button>
          ) : null}
        </Group>
      </Group>
      <ContactFilters />
      {selection.ids.size > 0 ? <ContactsBulk selection={selection} contacts={contacts} /> : null}
      {query.data && contacts.length === 0 ? (
        <div className={classes.empty}>
          <Text fw={600}>{t(Object.keys(filter).length > 0 ? 'contacts.noneFound' : 'contacts.none')}</Text>
          <Text c="dimmed">
            {t(Object.keys(filter).length > 0 ? 'contacts.noneFoundHint' : 'contacts.noneHint')}
          </Text>
        </div>
      ) : (
        <ContactsTable query={query} contacts={contacts} selection={selection} onShow={show} />
      )}
      <ContactDrawer contactId={search.contact ?? null} onClose={() => show(undefined)} />
      <Drawer opened={creating} onClose={create.close} position="right" title={t('contacts.create')}>
        {creating ? (
          <ContactForm
            onDone={(id) => {
              create.close();
              show(id);
            }}
          />
        ) : null}
      </Drawer>
      <ImportWizard opened={importing} onClose={bring.close} />
    </main>
  );
}
