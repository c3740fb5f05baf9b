/** A character that PostgreSQL cannot store, in every text that every route takes: refused by name, never a 500. */
import { expect, it } from 'vitest';
import { testApi } from './api.ts';
import { routesOf } from './routes.ts';
import { allSamples, type Sample } from './samples/index.ts';

const api = await testApi();
const samples = await allSamples();
const stage = await api.stage();
const sampled = routesOf(api.http).filter(({ key }) => key in samples);

/** The same with a NUL at the end of each text that is no id, one at a time. */
function* spoiled(value: unknown): Generator<unknown> {
  if (typeof value === 'string' && !/^[\da-f-]{36}$/.test(value)) yield `${value}\0`;
  else if (Array.isArray(value)) {
    for (const [at, part] of value.entries()) for (const bad of spoiled(part)) yield value.with(at, bad);
  } else if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    for (const [key, part] of Object.entries(value))
      for (const bad of spoiled(part)) yield { ...value, [key]: bad };
  }
}

it.each(sampled.map(({ key }) => [key] as const))('%s', async (key) => {
  const sample = await samples[key]!(stage);
  const headers = api.callerOf(key, stage);
  const tries: Sample[] = [
    ...[...spoiled(sample.body)].map((body) => ({ ...sample, body })),
    ...[...spoiled(sample.query ?? {})].map((query) => ({ ...sample, query: query as Sample['query'] & {} })),
  ];
  for (const tried of tries) {
    const answer = await api.send(key, tried, headers);
    expect(
      [501, 503].includes(answer.status) || answer.status < 500,
      JSON.stringify([tried, answer.body]),
    ).toBe(true);
  }
});
