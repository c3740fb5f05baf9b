import { Button, Group, Menu, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconDownload, IconPlus, IconUpload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
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
import { type ContactSearch, contactsQuery, filterOf } from './queries.ts';

const route = getRouteApi('/inside/app/contacts');

/** Everybody who ever wrote or was written to. */
export function ContactsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const search = route.useSearch();
  const navigate = useNavigate();
  const [today] = useState(Date.now);
  const filter = filterOf(search, today);
  const query = useInfiniteQuery(contactsQuery(filter));
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
        <Title order={1} size="h3">
          {t('contacts.title')}
        </Title>
        <Group gap="xs" wrap="nowrap">
          {may('contacts:import') || may('contacts:export') ? (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="default" rightSection={<IconChevronDown size={16} />}>
                  {t('contacts.lists')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {may('contacts:import') ? (
                  <Menu.Item leftSection={<IconUpload size={16} />} onClick={bring.open}>
                    {t('contacts.import')}
                  </Menu.Item>
                ) : null}
                {may('contacts:export') ? (
                  <Menu.Item leftSection={<IconDownload size={16} />} component="a" href={exported} download>
                    {t('contacts.export')}
                  </Menu.Item>
                ) : null}
              </Menu.Dropdown>
            </Menu>
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
