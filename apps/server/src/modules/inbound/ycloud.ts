import { verify } from '@chaski/providers';
import type { Clock } from '../../platform/clock.ts';
import { type KeptOptions, keep } from './kept.ts';

/** An account whose own secret signs what YCloud sends about it. */
export interface SigningAccount {
  id: string;
  key: string;
  secret: string;
  accountRef: string | null;
  phoneNumberIds: readonly string[];
}

/** Which account an address, a body and a signature belong to. */
export interface YcloudKeeper {
  /** `key` null: the address without key, which serves every company. */
  whoSigned(
    key: string | null,
    body: Buffer,
    signature: string | string[] | undefined,
  ): Promise<string | null>;
}

/**
 * One address serves many companies: the secret is chosen by the number, else the account, that the body names. Trying
 * them all would let anybody without a secret make us compute as many signatures as there are companies. A body that
 * names nobody known is refused there; at the address with an account's key, the one that we register, it is stored.
 */
export function createYcloudKeeper(options: KeptOptions<SigningAccount> & { clock: Clock }): YcloudKeeper {
  const accounts = keep(options);
  return {
    async whoSigned(key, body, signature) {
      if (typeof signature !== 'string') {
        await accounts.current();
        return null;
      }
      const named = key === null ? namesOf(body) : null;
      const now = options.clock.now();
      return accounts.twice((list) => {
        for (const account of candidates(list, key, named)) {
          if (verify('ycloud', body, signature, [account.secret], now) !== -1) return account.id;
        }
        return null;
      });
    },
  };
}

interface Named {
  numbers: ReadonlySet<string>;
  accountRefs: ReadonlySet<string>;
}

function candidates(
  list: readonly SigningAccount[],
  key: string | null,
  named: Named | null,
): readonly SigningAccount[] {
  if (key !== null) return list.filter((account) => account.key === key);
  if (named === null) return [];
  const byNumber = list.filter((account) => account.phoneNumberIds.some((id) => named.numbers.has(id)));
  if (byNumber.length > 0) return byNumber;
  return list.filter((account) => account.accountRef !== null && named.accountRefs.has(account.accountRef));
}

/** Few fields hold the business's own number; what a person writes cannot add to them but in quotes that are escaped. */
const naming =
  /"(from|to|phoneNumber|displayPhoneNumber|businessPhoneNumber|wabaId)"\s*:\s*"(\+?[0-9][0-9 ().-]{3,39}|[0-9]{5,40})"/g;
/** A body names a handful; more is no event of YCloud's. */
const mostNames = 64;

/** Read from the bytes: who may speak is decided before anything is parsed, and proved by the signature alone. */
function namesOf(body: Buffer): Named {
  const numbers = new Set<string>();
  const accountRefs = new Set<string>();
  for (const [, field, value = ''] of body.toString('latin1').matchAll(naming)) {
    if (field === 'wabaId') accountRefs.add(value);
    else numbers.add(`+${value.replace(/\D/g, '')}`);
    if (numbers.size + accountRefs.size >= mostNames) break;
  }
  return { numbers, accountRefs };
}
