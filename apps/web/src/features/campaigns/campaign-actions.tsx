import type { Campaign } from '@chaski/sdk';
import { Button, Group, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useMay } from '../../api/session.ts';
import { useAttempt } from '../../api/use-attempt.ts';
import { useTranslation } from '../../i18n/words.ts';
import { NameDialog } from '../../ui/name-dialog.tsx';
import { useCampaign } from './use-change.ts';

const going = new Set(['awaiting_approval', 'scheduled', 'running', 'paused']);

/** What can be done with a campaign as it stands. */
export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const { act, show } = useCampaign(campaign);
  const attempt = useAttempt();
  const [dialog, setDialog] = useState<'rename' | 'reject' | null>(null);
  const { id, state } = campaign;
  if (!may('campaigns:write')) return null;
  const run = (action: 'pause' | 'resume' | 'approve') =>
    void act(async () => show(await chaski.campaigns[action]({ id, body: {} }, once())));
  const leave = () => navigate({ to: '/app/campaigns', search: {} });
  return (
    <Group gap="xs">
      {state === 'running' || state === 'scheduled' ? (
        <Button variant="default" onClick={() => run('pause')}>
          {t('campaigns.action.pause')}
        </Button>
      ) : null}
      {state === 'paused' ? (
        <Button onClick={() => run('resume')}>{t('campaigns.action.resume')}</Button>
      ) : null}
      {state === 'awaiting_approval' && campaign.mayApprove ? (
        <>
          <Button onClick={() => run('approve')}>{t('campaigns.action.approve')}</Button>
          <Button variant="default" onClick={() => setDialog('reject')}>
            {t('campaigns.action.reject')}
          </Button>
        </>
      ) : null}
      <Menu position="bottom-end" withArrow>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} />}>
            {t('campaigns.action.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {state === 'draft' ? (
            <Menu.Item onClick={() => setDialog('rename')}>{t('campaigns.action.rename')}</Menu.Item>
          ) : null}
          <Menu.Item
            onClick={() =>
              void act(async () => {
                const copy = await attempt(id, (key) => chaski.campaigns.duplicate({ id, body: {} }, key));
                await navigate({ to: '/app/campaigns/$campaignId', params: { campaignId: copy.id } });
              })
            }
          >
            {t('campaigns.action.duplicate')}
          </Menu.Item>
          {state === 'finished' || state === 'paused' ? (
            <Menu.Item
              onClick={() =>
                void act(async () => show(await chaski.campaigns.retry({ id, body: {} }, once())))
              }
            >
              {t('campaigns.action.retry')}
            </Menu.Item>
          ) : null}
          {going.has(state) ? (
            <Menu.Item
              c="var(--chaski-danger)"
              onClick={() =>
                void act(async () => show(await chaski.campaigns.cancel({ id, body: {} }, once())), {
                  title: t('campaigns.action.cancel'),
                  text: t('campaigns.action.cancelText'),
                  action: t('campaigns.action.cancel'),
                })
              }
            >
              {t('campaigns.action.cancel')}
            </Menu.Item>
          ) : null}
          {state === 'draft' ? (
            <Menu.Item
              c="var(--chaski-danger)"
              onClick={() =>
                void act(
                  async () => {
                    await chaski.campaigns.delete({ id });
                    await leave();
                  },
                  {
                    title: t('campaigns.action.delete'),
                    text: t('campaigns.action.deleteText'),
                    action: t('campaigns.action.delete'),
                  },
                )
              }
            >
              {t('campaigns.action.delete')}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      <NameDialog
        title={t('campaigns.action.rename')}
        limit={200}
        name={dialog === 'rename' ? campaign.name : null}
        onClose={() => setDialog(null)}
        onSave={async (name) => show(await chaski.campaigns.update({ id, body: { name } }))}
      />
      <NameDialog
        title={t('campaigns.action.reject')}
        label={t('campaigns.action.rejectWhy')}
        action={t('campaigns.action.reject')}
        limit={500}
        name={dialog === 'reject' ? '' : null}
        onClose={() => setDialog(null)}
        onSave={async (reason) => show(await chaski.campaigns.reject({ id, body: { reason } }, once()))}
      />
    </Group>
  );
}
