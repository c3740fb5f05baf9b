import type { Say } from '../i18n/words.ts';

/** What WhatsApp's error codes mean to whoever reads of a failed message: many mean the same to them. */
const meanings: Readonly<Record<string, readonly (number | string)[]>> = {
  token: [0, 190],
  permission: [3, 10, 131005],
  pace: [4, 613, 80007, 130429, 131056, 133008, 133009, 133016],
  trouble: [1, 2, 131000, 131016, 133004],
  blocked: [368, 130497, 131031, 131064],
  spam: [131048],
  value: [100, 131008, 131009, 135000],
  self: [131021],
  unreachable: [131026],
  testList: [131030],
  registration: [33, 131045, 133000, 133005, 133006, 133010, 133015],
  displayName: [131037],
  payment: [131042, 131044, 134011],
  window: [131047],
  experiment: [130472],
  heldBack: [131049],
  stopped: [131050],
  kind: [131051, 131060, 131062],
  // Marketing has an address of its own, and each of the two takes what the other does not.
  way: [131055, 131061, 131063, 134100, 134102],
  group: [131020, 131041],
  identity: [137000],
  file: [131052, 131053],
  maintenance: [131057],
  templateBlank: [132000, 132005, 132008, 132012, 132018],
  templateUnknown: [132001],
  templateTaken: [132021],
  templateSyncing: [134101],
  templateStopped: [132015, 132016],
  content: [132007],
  flow: [132068, 132069],
  otherKind: [
    1752041, 2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299, 2593079, 2593085, 2593107,
    2593108, 2593109,
  ],
  list: [131059],
  notSent: ['not_sent', 'not_called'],
  unsure: ['unknown_outcome'],
  unknown: ['unknown'],
};

const meaningOf = new Map(
  Object.entries(meanings).flatMap(([meaning, codes]) =>
    codes.map((code) => [String(code), meaning] as const),
  ),
);

/** The key of the words for a code of WhatsApp's or ours; null where nobody wrote it down. */
export function failureKey(code: string): string | null {
  const meaning = meaningOf.get(code);
  return meaning === undefined ? null : `failure.${meaning}`;
}

/** Why a message failed, in a few words; as it came where nobody wrote the code down. */
export function failureWords(t: Say, code: string, otherwise = code): string {
  const key = failureKey(code);
  return key === null ? otherwise : t(key);
}

/** WhatsApp's own sentence, for below ours: it names the field, the limit or the address. Null where it says no more. */
export function theirWords({ code, message }: { code: string; message: string }): string | null {
  return /^\d+$/.test(code) && failureKey(code) !== null && message !== '' ? message : null;
}
