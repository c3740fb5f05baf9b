import type { Step, StepResult } from './batch.ts';

/**
 * How statements with one plan for all values are planned, and every session by default: once, and without a walk
 * through a whole table: PostgreSQL counts a queue while it is empty, or full of what waits after a stop, and then a walk
 * looks cheap. Bitmaps stay: words and days are found through them alone.
 */
const plannedOnce: Record<string, string> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
};
/** All others: as PostgreSQL thinks best for these values. */
const plannedFreely: Record<string, string> = {
  plan_cache_mode: 'auto',
  enable_seqscan: 'on',
  enable_bitmapscan: 'on',
};
const local = (modes: Record<string, string>) =>
  Object.entries(modes)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ');
/**
 * What a new session is told. Nothing is compiled: every statement is short, and before PostgreSQL 18 a walk that nothing
 * can avoid counts as one of ten billion pages, which a server that compiles by default would.
 */
export const byDefault = Object.entries({ ...plannedOnce, jit: 'off' })
  .map(([name, value]) => `set ${name} = ${value}`)
  .join('; ');
const toOnce: Step = { name: 'chaski_plan_once', text: `select ${local(plannedOnce)}` };
/** The settings of a transaction whose first statement is planned freely. */
export const freely = local(plannedFreely);
const toFreely: Step = { name: 'chaski_plan_freely', text: `select ${freely}` };
const switchTo = (once: boolean): Step => (once ? toOnce : toFreely);

/** Puts a switch of the plan mode in front of each statement that wants another one than the one before it. */
export class PlanModes {
  #now: boolean | null = null;
  /** What the first statement wants: the transaction enters with it. */
  first = false;

  lay(steps: readonly Step[]): { all: Step[]; results(all: StepResult[]): StepResult[] } {
    const all: Step[] = [];
    const places: number[] = [];
    for (const one of steps) {
      const { once } = one;
      if (once !== undefined && once !== this.#now) {
        if (this.#now === null) this.first = once;
        else all.push(switchTo(once));
        this.#now = once;
      }
      places.push(all.length);
      all.push(one);
    }
    return {
      all,
      results: (answers) =>
        places.length === answers.length ? answers : places.map((place) => answers[place]!),
    };
  }
}
