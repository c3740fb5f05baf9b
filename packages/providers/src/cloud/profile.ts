/** What people see of the business (Meta, "Business profiles", 2026; PROTOCOL §10). Written twice it ends equal. */
import type { Dispatcher } from 'undici';
import type { Credential, Profile, ProfileChanged, ProfileRead, ProfileToWrite } from '../contract.ts';
import { ask } from './ask.ts';
import { rec, str } from './json.ts';

const FIELDS = 'about,address,description,email,profile_picture_url,websites,vertical';

interface Call {
  credential: Credential;
  phoneNumberId: string;
  timeoutMs: number;
}

const pathOf = ({ phoneNumberId }: Call) => `${encodeURIComponent(phoneNumberId)}/whatsapp_business_profile`;

export async function profile(agent: Dispatcher, call: Call): Promise<ProfileRead> {
  const asked = await ask(agent, call, `${pathOf(call)}?fields=${FIELDS}`);
  if (asked.outcome !== 'ok') return asked;
  const data: unknown[] = Array.isArray(asked.json.data) ? asked.json.data : [];
  const told = rec(data[0]) ?? {};
  const word = (key: string) => str(told[key]) ?? '';
  const read: Profile = {
    about: word('about'),
    address: word('address'),
    description: word('description'),
    email: word('email'),
    websites: (Array.isArray(told.websites) ? told.websites : []).filter(
      (one): one is string => typeof one === 'string',
    ),
    vertical: word('vertical') || 'UNDEFINED',
    pictureUrl: str(told.profile_picture_url),
  };
  return { outcome: 'ok', profile: read };
}

export async function changeProfile(
  agent: Dispatcher,
  call: Call & { change: ProfileToWrite },
): Promise<ProfileChanged> {
  const { pictureHandle, ...fields } = call.change;
  const asked = await ask(agent, call, pathOf(call), 'POST', {
    messaging_product: 'whatsapp',
    ...fields,
    ...(pictureHandle === undefined ? {} : { profile_picture_handle: pictureHandle }),
  });
  if (asked.outcome !== 'ok') return asked;
  return asked.json.success === true
    ? { outcome: 'ok' }
    : { outcome: 'unreachable', reason: 'WhatsApp did not say that the profile was changed' };
}
