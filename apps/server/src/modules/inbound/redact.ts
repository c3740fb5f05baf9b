/** Takes a person out of a webhook's body. Pure. */

export interface Redacted {
  /** Phones as digits, business-scoped user ids. */
  aliases: ReadonlySet<string>;
  /** The workspace's: what a body says about other numbers is other people's. */
  phoneNumberIds: ReadonlySet<string>;
}

const erased = { erased: true };
/** What holds changes of several people; every other list is of things about one each. */
const containers = ['entry', 'changes'];
/** Their elements go whole; of others (groups) what is inside goes first, and the rest only if it still names them. */
const whole = ['messages', 'message_echoes', 'statuses', 'contacts', 'user_preferences'];

type Rec = Record<string, unknown>;
const isRec = (value: unknown): value is Rec =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The body without what is about this person; null when nothing of it is. Elements keep their places: paths of parked
 * items name them.
 */
export function redact(body: Buffer, who: Redacted): Buffer | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return mentions(body.toString('utf8'), who) ? Buffer.from(JSON.stringify(erased)) : null;
  }
  const changed =
    isRec(parsed) && typeof parsed.type === 'string' ? event(parsed, who) : walk(parsed, null, who);
  return changed ? Buffer.from(JSON.stringify(parsed)) : null;
}

/** YCloud's: one object under a key of its own, which names its number itself. */
function event(value: Rec, who: Redacted): boolean {
  let changed = false;
  for (const [key, part] of Object.entries(value)) {
    if (!isRec(part) || !isTheirs(part, who)) continue;
    const numbers = [part.to, part.from, part.businessPhoneNumber, part.phoneNumber].flatMap((number) =>
      typeof number === 'string' ? [`+${number.replace(/\D/g, '')}`] : [],
    );
    // A number of somebody else's, that this person wrote to as well.
    if (numbers.length > 1 && !numbers.some((number) => who.phoneNumberIds.has(number))) continue;
    value[key] = erased;
    changed = true;
  }
  return changed;
}

/** Finds each `value` with the number it is for; true when something was taken out. */
function walk(value: unknown, number: string | null, who: Redacted): boolean {
  if (Array.isArray(value)) return value.map((one) => walk(one, number, who)).some(Boolean);
  if (!isRec(value)) return false;
  const metadata = isRec(value.metadata) ? value.metadata.phone_number_id : undefined;
  const at = typeof metadata === 'string' ? metadata : number;
  let changed = false;
  for (const [key, part] of Object.entries(value)) {
    if (Array.isArray(part) && !containers.includes(key)) {
      // Without a number nobody knows whose it is: the alias alone decides.
      if (at !== null && !who.phoneNumberIds.has(at)) continue;
      changed = clean(part, whole.includes(key), who) || changed;
    } else if (typeof part === 'object' && part !== null) {
      changed = walk(part, at, who) || changed;
    } else if (
      typeof part === 'string' &&
      isAlias(part, who) &&
      (at === null || who.phoneNumberIds.has(at))
    ) {
      value[key] = 'erased';
      changed = true;
    }
  }
  return changed;
}

function clean(list: unknown[], isWhole: boolean, who: Redacted): boolean {
  let changed = false;
  list.forEach((one, index) => {
    if (!isWhole && isRec(one)) {
      for (const inner of Object.values(one))
        if (Array.isArray(inner)) changed = clean(inner, false, who) || changed;
    }
    if (!isTheirs(one, who)) return;
    list[index] = erased;
    changed = true;
  });
  return changed;
}

/** Some field of it, however deep, is one of their addresses. */
function isTheirs(value: unknown, who: Redacted): boolean {
  if (typeof value === 'string') return isAlias(value, who);
  if (Array.isArray(value)) return value.some((one) => isTheirs(one, who));
  return isRec(value) && Object.values(value).some((one) => isTheirs(one, who));
}

function isAlias(text: string, { aliases }: Redacted): boolean {
  if (aliases.has(text)) return true;
  const digits = /^\+?[\d\s().-]{7,25}(@.*)?$/.test(text) ? text.replace(/@.*$/, '').replace(/\D/g, '') : '';
  return digits !== '' && aliases.has(digits);
}

function mentions(text: string, { aliases }: Redacted): boolean {
  return [...aliases].some((alias) => text.includes(alias));
}
