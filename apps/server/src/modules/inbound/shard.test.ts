import { expect, it } from 'vitest';
import { shardOf, shards } from './shard.ts';
import { bodyOf, change } from './testing.ts';

it('gives a body of one number the shard of that number, whatever else it says', () => {
  const one = shardOf(bodyOf([change('111', {})]));
  expect(one).toBeGreaterThanOrEqual(0);
  expect(one).toBeLessThan(shards);
  expect(shardOf(bodyOf([change('111', {}), change('111', {})]))).toBe(one);
  expect(shardOf(Buffer.from('{"metadata": { "phone_number_id" : "111" }}'))).toBe(one);
  expect(shardOf(bodyOf([change('112', {})]))).not.toBe(one);
});

it('gives several numbers, none, or a broken body no shard', () => {
  expect(shardOf(bodyOf([change('111', {}), change('222', {})]))).toBeNull();
  expect(shardOf(Buffer.from('{"entry":[]}'))).toBeNull();
  expect(shardOf(Buffer.from('"phone_number_id"'))).toBeNull();
  expect(shardOf(Buffer.alloc(0))).toBeNull();
});
