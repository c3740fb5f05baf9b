/**
 * What the five reference documents name, and how each of it stands here. `documents/` has the lines of the documents
 * that hold an address, a command, a header, a name of the environment, a status code, a log word or a point of a
 * checklist; inventory.test.ts takes these apart and fails on one without a row, and on a row without a proof.
 */
import { s0 } from './inventory-s0.ts';
import { s1 } from './inventory-s1.ts';
import { s2 } from './inventory-s2.ts';
import { s3 } from './inventory-s3.ts';
import { s4 } from './inventory-s4.ts';
import type { Row } from './standing.ts';

export const inventory: readonly Row[] = [...s0, ...s1, ...s2, ...s3, ...s4];
