import type { Say } from '../i18n/words.ts';

/** What WhatsApp's error codes mean to whoever reads of a failed message: many mean the same to them. */
const meanings: Readonly<Record<string, readonly (number | string)[]>> = {
  token: [0, 190],
  permission: [3, 10, 131005, 131059],
  pace: [4, 613, 80007, 130429, 131056, 133008, 133009, 133016],
  trouble: [1, 2, 131000, 131016, 133000, 133004, 134101, 135000],
  blocked: [368, 130497, 131031, 131044, 131064, 131041, 2388019],
  spam: [131048],
  value: [33, 100, 131008, 131009, 131020, 131055, 1752041],
  self: [131021],
  unreachable: [131026],
  testList: [131030],
  registration: [131037, 131045, 133005, 133006, 133010, 133015],
  payment: [131042, 134011],
  window: [131047],
  experiment: [130472],
  heldBack: [131049],
  stopped: [131050],
  kind: [131051, 131060, 131061, 131062, 131063, 137000],
  file: [131052, 131053],
  maintenance: [131057],
  templateBlank: [132000, 132005, 132008, 132012, 132018],
  templateUnknown: [132001, 132021],
  templateStopped: [132015, 132016, 134100, 134102],
  content: [132007],
  flow: [132068, 132069],
  otherKind: [2593079, 2593085, 2593107, 2593108, 2593109],
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
