import { createHash } from 'node:crypto';
import type { Statement, Step } from './batch.ts';

/**
 * Names a statement so that it is prepared once per connection. The name must be unique in the program
 * (`module.what`); two texts under one name are refused by PostgreSQL at first use. `once`: its author knows better than
 * `plansOnce` that one plan serves all values.
 */
export function statement(name: string, text: string, once = plansOnce(text)): Statement {
  const made = { name: `chaski_${name}`, text, once };
  registered.push(made);
  return made;
}

const shapes = new Map<string, Statement>();
/** Each session keeps all that it was asked for, each process their texts; members use some dozens all day. */
const mostShapes = 128;

/**
 * A statement whose text is put together, prepared once per connection under a name of its text (which saves parsing and
 * planning) and planned once. For the first 128 texts of a process: filters multiply to thousands, and what comes later
 * is plain text, parsed and planned each time.
 */
export function shaped(name: string, text: string): Statement | string {
  const known = shapes.get(text);
  if (known) return known;
  if (shapes.size >= mostShapes) return text;
  // By the text, not by order of coming: sessions may outlive a process behind a pooler.
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const made = { name: `chaski_${name}_${hash}`, text, once: true };
  shapes.set(text, made);
  return made;
}

/**
 * Whether a text has one best plan, whatever its values. Left to itself PostgreSQL makes a new one each time for lists
 * of one (`unnest` of a known list looks cheaper than of an unknown one): 1.2 ms to find out what a message may do, of
 * which 0.2 ms are the work. Where a filter may be absent or a limit is a parameter, values do decide.
 */
function plansOnce(text: string): boolean {
  return !/\$\d+(::[\w[\]]+)?\s+is\s+(not\s+)?null|\b(limit|offset)\s+\$/.test(text);
}

const registered: Statement[] = [];

/** Every named statement of the loaded modules: a test prepares each against the migrated schema. */
export function registeredStatements(): readonly Statement[] {
  return registered;
}

/** A statement as a verb gives it. */
export interface Given {
  statement: string | Statement;
  values?: readonly unknown[] | undefined;
}

const suffixed = new Map<string, string>();

function nameOf({ name }: Statement, suffix: string): string {
  if (suffix === '') return name;
  let full = suffixed.get(name);
  if (full === undefined) {
    full = name + suffix;
    suffixed.set(name, full);
  }
  return full;
}

/** The statement as it goes over the wire. */
export function step({ statement: given, values }: Given, suffix: string): Step {
  return typeof given === 'string'
    ? { text: given, values, once: false }
    : { name: nameOf(given, suffix), text: given.text, values, once: given.once ?? false };
}
