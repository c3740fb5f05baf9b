/** Takes a person out of a webhook's body. Pure. */

export interface Redacted {
  /** Phones as digits, business-scoped user ids. */
  aliases: ReadonlySet<string>;
  /** Whether what is said to this number on this account is the workspace's, as far as the body names them. */
  isOurs(number: string | null, account: string | null): boolean;
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
    isRec(parsed) && typeof parsed.type === 'string' ? event(parsed, who) : walk(parsed, nowhere, who);
  return changed ? Buffer.from(JSON.stringify(parsed)) : null;
}

/** YCloud's: one object under a key of its own, which names its number itself. */
function event(value: Rec, who: Redacted): boolean {
  let changed = false;
  for (const [key, part] of Object.entries(value)) {
    if (!isRec(part) || !isTheirs(part, who)) continue;
    const account = typeof part.wabaId === 'string' ? part.wabaId : null;
    const numbers = [part.to, part.from, part.businessPhoneNumber, part.phoneNumber].flatMap((number) =>
      typeof number === 'string' ? [`+${number.replace(/\D/g, '')}`] : [],
    );
    // A number of somebody else's, that this person wrote to as well.
    const said = numbers.filter((number) => !isAlias(number, who));
    if (!(said.length === 0 ? [null] : said).some((number) => who.isOurs(number, account))) continue;
    value[key] = erased;
    changed = true;
  }
  return changed;
}

interface Where {
  number: string | null;
  account: string | null;
}
const nowhere: Where = { number: null, account: null };

/** Finds each `value` with the number and account it is for; true when something was taken out. */
function walk(value: unknown, where: Where, who: Redacted): boolean {
  if (Array.isArray(value)) return value.map((one) => walk(one, where, who)).some(Boolean);
  if (!isRec(value)) return false;
  const metadata = isRec(value.metadata) ? value.metadata.phone_number_id : undefined;
  const at = {
    number: typeof metadata === 'string' ? metadata : where.number,
    account: Array.isArray(value.changes) && typeof value.id === 'string' ? value.id : where.account,
  };
  const isOurs = () => who.isOurs(at.number, at.account);
  let changed = false;
  for (const [key, part] of Object.entries(value)) {
    if (Array.isArray(part) && !containers.includes(key)) {
      if (!isOurs()) continue;
      changed = clean(part, whole.includes(key), who) || changed;
    } else if (typeof part === 'object' && part !== null) {
      changed = walk(part, at, who) || changed;
    } else if (typeof part === 'string' && isAlias(part, who) && isOurs()) {
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
