/** What this machine can do right now, against the one that the absolute goals were set on. */
import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';

/** Quiet figures of the reference: 2 vCPU (Zen 4) of a VM whose disk acknowledges a write in 115 µs. */
const reference = { insertsPerSecond: 6_700, hmacsPerSecond: 275_000, syncsPerSecond: 8_700 };

export type Machine = typeof reference;

/** Below this share of the reference an absolute goal says nothing about the program. */
const enough = 0.5;

export async function measureMachine(cluster: Cluster): Promise<Machine> {
  return { hmacsPerSecond: hmacs(), syncsPerSecond: syncs(), insertsPerSecond: await inserts(cluster) };
}

/** Empty when absolute goals may be judged, else what is too slow. */
export function weaknessOf(machine: Machine): string {
  const names: [keyof Machine, string][] = [
    ['insertsPerSecond', 'single inserts'],
    ['hmacsPerSecond', 'HMACs'],
    ['syncsPerSecond', 'fdatasyncs'],
  ];
  return names
    .filter(([key]) => machine[key] < reference[key] * enough)
    .map(
      ([key, name]) =>
        `${name} at ${Math.round((100 * machine[key]) / reference[key])} % of the reference machine`,
    )
    .join(', ');
}

function hmacs(): number {
  const body = randomBytes(1024);
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < 150) {
    for (let i = 0; i < 200; i++) createHmac('sha256', 'a secret of the bench').update(body).digest();
    count += 200;
  }
  return (1000 * count) / (performance.now() - begun);
}

function syncs(): number {
  const path = join(tmpdir(), `chaski-bench-${process.pid}.sync`);
  const file = openSync(path, 'w');
  const page = Buffer.alloc(8192, 1);
  writeSync(file, page, 0, page.length, 0);
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < 250) {
    writeSync(file, page, 0, page.length, 0);
    fdatasyncSync(file);
    count += 1;
  }
  const rate = (1000 * count) / (performance.now() - begun);
  closeSync(file);
  rmSync(path);
  return rate;
}

/** One row of 1 kB per statement, prepared, over 8 connections. */
async function inserts(cluster: Cluster): Promise<number> {
  const pool = cluster.pool('postgres', 8);
  const body = randomBytes(1024);
  await pool.query('create table if not exists bench_inserts (id bigserial primary key, body bytea)');
  const insert = () =>
    pool.query({
      name: 'bench_insert',
      text: 'insert into bench_inserts (body) values ($1)',
      values: [body],
    });
  await Promise.all(Array.from({ length: 8 }, insert));
  const begun = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (performance.now() - begun < 400) {
        await insert();
        count += 1;
      }
    }),
  );
  const rate = (1000 * count) / (performance.now() - begun);
  await pool.query('drop table bench_inserts');
  await pool.end();
  return rate;
}
