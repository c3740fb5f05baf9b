import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { makePasskey, passkeysWork } from '../../api/passkey.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Moment } from '../../ui/moment.tsx';
import { NameDialog } from '../../ui/name-dialog.tsx';
import { Listing, Row, Rows, Section } from '../../ui/page.tsx';
import { useProof } from './proof.tsx';
import { passkeysQuery } from './queries.ts';
import { RecoveryCodes } from './recovery-codes.tsx';

/** Passkeys sign in alone, or after the password. */
export function PasskeysSection() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const passkeys = useQuery(passkeysQuery);
  const { ask, dialog } = useProof();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [named, setNamed] = useState<{ id: string; name: string } | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ['account'] });

  const add = () =>
    ask({
      title: t('account.addPasskey'),
      text: t('account.proofText'),
      action: async (body) => {
        const response = await makePasskey(await chaski.auth.createPasskeyOption({ body }));
        const made = await chaski.auth.createPasskey({
          body: { name: t('account.passkeyOf', { device: device() }), response },
        });
        setCodes(made.recoveryCodes);
        setNamed(made.passkey);
        await refresh();
      },
    });

  return (
    <Section
      title={t('account.passkeys')}
      lead={t('account.passkeysLead')}
      action={
        passkeysWork() ? (
          <Button size="xs" onClick={add}>
            {t('account.addPasskey')}
          </Button>
        ) : null
      }
    >
      <Listing
        query={passkeys}
        empty={passkeysWork() ? t('account.noPasskeys') : t('account.passkeysNeedHttps')}
      >
        {(all) => (
          <Rows label={t('account.passkeys')}>
            {all.map((one) => (
              <Row
                key={one.id}
                end={
                  <Group gap={4}>
                    <ActionIcon
                      aria-label={t('form.renameOne', { name: one.name })}
                      onClick={() => setNamed(one)}
                    >
                      <IconPencil size={18} />
                    </ActionIcon>
                    <ActionIcon
                      aria-label={t('form.removeOne', { name: one.name })}
                      onClick={() =>
                        ask({
                          title: t('form.removeOne', { name: one.name }),
                          text: t('account.removePasskeyText'),
                          action: async (body) => {
                            await chaski.auth.passkeyRemove({ id: one.id, body });
                            await refresh();
                          },
                        })
                      }
                    >
                      <IconTrash size={18} />
                    </ActionIcon>
                  </Group>
                }
              >
                <bdi>{one.name}</bdi>
                <Text size="sm" c="dimmed">
                  {t('account.lastUsed')} <Moment at={one.lastUsedAt} never={t('account.neverUsed')} />
                  {one.synced ? ` · ${t('account.synced')}` : ''}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      {dialog}
      <NameDialog
        title={t('account.namePasskey')}
        limit={100}
        name={codes === null ? (named?.name ?? null) : null}
        onClose={() => setNamed(null)}
        onSave={async (name) => {
          await chaski.auth.updatePasskey({ id: named!.id, body: { name } });
          await refresh();
        }}
      />
      <RecoveryCodes codes={codes} onClose={() => setCodes(null)} />
    </Section>
  );
}

/** What the browser runs on, for a first name that can be changed. */
function device(): string {
  const found = /iPhone|iPad|Android|Windows|Mac|Linux|CrOS/.exec(navigator.userAgent)?.[0];
  return found ?? 'Chaski';
}
