import type { Connection, Submittable } from 'pg';
import pg from 'pg';
import { encode } from './values.ts';

/**
 * Several statements, one Sync: one round trip. Without an explicit `begin` among them the server runs them as one
 * implicit transaction that ends, with its transaction-local settings, at the Sync.
 *
 * Measured on 2 cores (8 connections): five awaited round trips for `begin, role, tenant, query, commit` cost half of
 * the throughput of the bare query; in one round trip row-level security is free within noise. postgres.js pipelines,
 * but has no way to share one Sync; pg's own `pipeline` mode syncs after every statement.
 */

/** A statement that is prepared once per connection under its name. Its text must be constant. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** One plan serves all values: see `plansOnce`. */
  readonly once?: boolean | undefined;
}

export interface Step {
  readonly name?: string | undefined;
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  readonly once?: boolean | undefined;
}

export interface StepResult {
  rows: Record<string, unknown>[];
  rowCount: number;
}

/** How the rows of a statement are read. */
interface Shape {
  names: readonly string[];
  parsers: readonly ((value: string) => unknown)[];
}

/** What pg keeps on a connection, and our own list of names whose fate an error left open. */
interface WireConnection {
  parsedStatements: Record<string, string>;
  chaskiUncertain?: Set<string>;
  /** Of statements that were described before; null for those without rows. PostgreSQL refuses one whose shape changed. */
  chaskiShapes?: Map<string, Shape | null>;
  stream: { cork?(): void; uncork?(): void };
  parse(message: { text: string; name: string }): void;
  bind(message: {
    portal: string;
    statement: string;
    values: unknown[];
    valueMapper(value: unknown): unknown;
  }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string }): void;
  close(message: { type: 'S'; name: string }): void;
  sync(): void;
}

const asIs = (value: unknown): unknown => value;

export class Batch implements Submittable {
  readonly done: Promise<StepResult[]>;
  readonly #steps: readonly Step[];
  readonly #values: unknown[][];
  readonly #shapes: (Shape | null)[] = [];
  readonly #results: StepResult[] = [];
  #rows: Record<string, unknown>[] = [];
  #failed: Error | null = null;
  #resolve!: (results: StepResult[]) => void;
  #reject!: (error: Error) => void;

  /** Throws when a value cannot be encoded: before anything is sent, since what is sent would be committed. */
  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#values = steps.map((step) => (step.values ?? []).map(encode));
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** An error given back, instead of thrown, is pg's way to hear that nothing was sent. */
  submit(wire: Connection): Error | undefined {
    const connection = wire as unknown as WireConnection;
    const uncertain = connection.chaskiUncertain;
    connection.chaskiShapes ??= new Map();
    const shapes = connection.chaskiShapes;
    const parsedHere = new Map<string, string>();
    for (const { name, text } of this.#steps) {
      if (!name) continue;
      const known = connection.parsedStatements[name] ?? parsedHere.get(name);
      if (known !== undefined && known !== text) {
        return new Error(`Two statements are named ${name}: the server would run the other one.`);
      }
      parsedHere.set(name, text);
    }
    parsedHere.clear();
    connection.stream.cork?.();
    try {
      this.#steps.forEach((step, index) => {
        const name = step.name ?? '';
        if (name === '') {
          connection.parse({ text: step.text, name });
        } else if (connection.parsedStatements[name] === undefined && !parsedHere.has(name)) {
          if (uncertain?.has(name)) connection.close({ type: 'S', name });
          connection.parse({ text: step.text, name });
          parsedHere.set(name, step.text);
        }
        connection.bind({
          portal: '',
          statement: name,
          values: this.#values[index]!,
          valueMapper: asIs,
        });
        // Asked once for each prepared statement: to describe 35 columns each time costs as much as three rows of them.
        const shape = connection.parsedStatements[name] === undefined ? undefined : shapes.get(name);
        if (shape === undefined) connection.describe({ type: 'P', name: '' });
        this.#shapes[index] = shape ?? null;
        connection.execute({ portal: '' });
      });
    } finally {
      connection.sync();
      connection.stream.uncork?.();
    }
    return undefined;
  }

  handleRowDescription(message: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#shapes[this.#results.length] = {
      names: message.fields.map((field) => field.name),
      parsers: message.fields.map((field) => pg.types.getTypeParser(field.dataTypeID, 'text')),
    };
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    const shape = this.#shapes[this.#results.length];
    if (!shape) return;
    const { names, parsers } = shape;
    const row: Record<string, unknown> = {};
    try {
      for (let i = 0; i < names.length; i += 1) {
        const value = message.fields[i] ?? null;
        row[names[i]!] = value === null ? null : parsers[i]!(value);
      }
      this.#rows.push(row);
    } catch (error) {
      this.#failed ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  handleCommandComplete(message: { text: string }): void {
    // `INSERT 0 5`, `SELECT 3`, `BEGIN`
    const count = Number(message.text.slice(message.text.lastIndexOf(' ') + 1));
    this.#results.push({ rows: this.#rows, rowCount: Number.isNaN(count) ? 0 : count });
    this.#rows = [];
  }

  handleEmptyQuery(): void {
    this.#results.push({ rows: this.#rows, rowCount: 0 });
    this.#rows = [];
  }

  handleError(error: Error, wire: Connection): void {
    // Statements before the failing one are surely parsed; whether the failing one is, nobody told us:
    // it is closed before it is parsed again (closing an unknown name is no error).
    const connection = wire as unknown as WireConnection;
    if (connection?.parsedStatements) {
      this.#remember(connection, this.#results.length);
      connection.chaskiUncertain ??= new Set();
      const uncertain = connection.chaskiUncertain;
      for (const step of this.#steps.slice(this.#results.length)) {
        if (step.name && connection.parsedStatements[step.name] === undefined) uncertain.add(step.name);
      }
    }
    this.#reject(error);
  }

  handleReadyForQuery(wire: Connection): void {
    if (this.#failed) {
      this.handleError(this.#failed, wire);
      return;
    }
    this.#remember(wire as unknown as WireConnection, this.#steps.length);
    this.#resolve(this.#results);
  }

  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}

  #remember(connection: WireConnection, count: number): void {
    for (const [index, step] of this.#steps.slice(0, count).entries()) {
      if (!step.name) continue;
      connection.parsedStatements[step.name] = step.text;
      connection.chaskiShapes?.set(step.name, this.#shapes[index] ?? null);
      connection.chaskiUncertain?.delete(step.name);
    }
  }
}
