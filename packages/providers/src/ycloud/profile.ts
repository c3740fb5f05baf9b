/** Profiles of YCloud's numbers are written in YCloud's console. */
import type { ProfileChanged } from '../contract.ts';

export const noProfile = async (): Promise<Extract<ProfileChanged, { outcome: 'refused' }>> => ({
  outcome: 'refused',
  reason: 'the profile of this number is written in YCloud’s console',
});
