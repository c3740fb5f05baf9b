import {
  IconBuilding,
  IconBuildingPlus,
  IconHeartbeat,
  IconInbox,
  IconMailX,
  IconPhoneCheck,
  IconScale,
  IconSend,
} from '@tabler/icons-react';

export const places = [
  { to: '/app/operator/workspaces', key: 'operator.workspaces.title', icon: IconBuilding },
  { to: '/app/operator/numbers', key: 'operator.numbers.title', icon: IconPhoneCheck },
  { to: '/app/operator/plans', key: 'operator.plans.title', icon: IconScale },
  { to: '/app/operator/inbound', key: 'operator.inbound.title', icon: IconInbox },
  { to: '/app/operator/dead-letters', key: 'operator.dead.title', icon: IconMailX },
  { to: '/app/operator/health', key: 'operator.health.title', icon: IconHeartbeat },
  { to: '/app/operator/register', key: 'console.register.title', icon: IconBuildingPlus },
  { to: '/app/operator/send', key: 'console.send.title', icon: IconSend },
] as const;
