/** `away`: not there, refused or gone; `reason` says which, for people. Only a person can tell what it takes. */
export type VaultAnswer<T> = { outcome: 'ok'; value: T } | { outcome: 'away'; reason: string };

/** Keeps secret texts outside the database. A text never changes under its name: a new one gets a new name. */
export interface Vault {
  /** For people: `AWS Secrets Manager (eu-central-1)`. */
  name: string;
  /** A name that nothing has yet. */
  newName(folder: string): string;
  create(name: string, text: string, description: string): Promise<VaultAnswer<null>>;
  read(name: string): Promise<VaultAnswer<string>>;
  /** Ends equal when there is none. */
  remove(name: string): Promise<VaultAnswer<null>>;
}

/** How an installation uses one. */
export interface VaultUse {
  vault: Vault;
  /** False: what is there is read, and nothing new goes there. */
  keeps: boolean;
}

/** A vault's price is a call: what was read stays in memory for this long, and no longer. */
const keptMs = 5 * 60_000;
/** While it is away, each message that waits asks for its token: one question for all of them. */
const awayMs = 5_000;
const mostKept = 10_000;

/** The same vault with what was read a moment ago in memory. Names are never used twice, so nothing goes stale. */
export function remembering(vault: Vault, now: () => number = () => performance.now()): Vault {
  const known = new Map<string, { until: number; answer: Promise<VaultAnswer<string>> }>();
  return {
    ...vault,
    read(name) {
      const hit = known.get(name);
      if (hit && hit.until > now()) return hit.answer;
      if (known.size >= mostKept) known.clear();
      const entry = { until: Number.POSITIVE_INFINITY, answer: vault.read(name) };
      known.set(name, entry);
      return entry.answer.then((answer) => {
        entry.until = now() + (answer.outcome === 'ok' ? keptMs : awayMs);
        return answer;
      });
    },
    remove(name) {
      known.delete(name);
      return vault.remove(name);
    },
  };
}
