import type { Campaign } from '@chaski/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useAct } from '../../ui/confirm.tsx';
import { campaignQuery, campaignsQuery } from './queries.ts';

type Patch = Parameters<typeof chaski.campaigns.update>[0]['body'];

/** Does something with a campaign and shows how it stands then. */
export function useCampaign(campaign: Campaign) {
  const queries = useQueryClient();
  const act = useAct();
  const { id } = campaign;
  const show = (now: Campaign) => {
    queries.setQueryData(campaignQuery(id).queryKey, now);
    void queries.invalidateQueries({ queryKey: campaignsQuery.queryKey });
    void queries.invalidateQueries({ queryKey: ['campaign', id] });
  };
  return {
    act,
    show,
    change: (body: Patch) => act(async () => show(await chaski.campaigns.update({ id, body }))),
  };
}
