import { z } from 'zod';
import { statement, type TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import type { AttributeValue } from './queries.ts';

export const attributeTypes = ['text', 'number', 'date', 'boolean', 'choice'] as const;

export interface AttributeRow {
  key: string;
  label: string;
  type: (typeof attributeTypes)[number];
  choices: string[];
  createdAt: Date;
  updatedAt: Date;
}

const columns = 'key, label, type, choices, created_at as "createdAt", updated_at as "updatedAt"';
const all = statement(
  'contacts.attributes',
  `select ${columns} from contact_attributes where workspace_id = $1 order by key`,
);
const insert = statement(
  'contacts.insert_attribute',
  `insert into contact_attributes (workspace_id, key, label, type, choices, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $6) on conflict do nothing returning ${columns}`,
);
const update = statement(
  'contacts.update_attribute',
  `update contact_attributes set label = $3, choices = $4, updated_at = $5
    where workspace_id = $1 and key = $2 returning ${columns}`,
);
const remove = statement(
  'contacts.delete_attribute',
  'delete from contact_attributes where workspace_id = $1 and key = $2',
);
const strip = statement(
  'contacts.strip_attribute',
  'update contacts set attributes = attributes - $2::text where workspace_id = $1 and attributes ? $2::text',
);
const chosen = statement(
  'contacts.chosen',
  `select distinct attributes ->> $2 as value from contacts
    where workspace_id = $1 and attributes ? $2 and not (attributes ->> $2 = any($3::text[])) limit 5`,
);

/** A workspace has some dozens: no pages. */
export function listAttributes(tx: TenantTx): Promise<AttributeRow[]> {
  return tx.query<AttributeRow & Record<string, unknown>>(all, [tx.workspaceId]);
}

export async function getAttribute(tx: TenantTx, key: string): Promise<AttributeRow> {
  const found = (await listAttributes(tx)).find((one) => one.key === key);
  if (!found) throw errors.notFound('attribute', { key });
  return found;
}

const maxAttributes = 200;

export async function createAttribute(
  tx: TenantTx,
  given: Pick<AttributeRow, 'key' | 'label' | 'type' | 'choices'>,
): Promise<AttributeRow> {
  if ((await listAttributes(tx)).length >= maxAttributes) {
    throw errors.conflict('too_many_attributes', `A workspace has at most ${maxAttributes} attributes.`);
  }
  const [row] = await tx.query<AttributeRow & Record<string, unknown>>(insert, [
    tx.workspaceId,
    given.key,
    given.label,
    given.type,
    given.choices,
    tx.now().toISOString(),
  ]);
  if (!row)
    throw errors.conflict('attribute_exists', 'There is an attribute with this key.', { key: given.key });
  await said(tx, 'contact_attribute.created', given.key, null, { ...given });
  return row;
}

/** The type stays: what contacts have would not fit another. A choice that somebody has stays too. */
export async function updateAttribute(
  tx: TenantTx,
  key: string,
  patch: { label?: string | undefined; choices?: string[] | undefined },
): Promise<AttributeRow> {
  const before = await getAttribute(tx, key);
  const choices = patch.choices ?? before.choices;
  checkChoices(before.type, choices);
  if (before.type === 'choice') {
    const used = await tx.query<{ value: string }>(chosen, [tx.workspaceId, key, choices]);
    if (used.length > 0) {
      throw errors.conflict('choice_in_use', 'Contacts still have a choice that you take away.', {
        choices: used.map(({ value }) => value),
      });
    }
  }
  const [row] = await tx.query<AttributeRow & Record<string, unknown>>(update, [
    tx.workspaceId,
    key,
    patch.label ?? before.label,
    choices,
    tx.now().toISOString(),
  ]);
  await said(
    tx,
    'contact_attribute.updated',
    key,
    { label: before.label, choices: before.choices },
    { label: row!.label, choices: row!.choices },
  );
  return row!;
}

/** With what contacts have of it. */
export async function deleteAttribute(tx: TenantTx, key: string): Promise<void> {
  const before = await getAttribute(tx, key);
  await tx.execute(strip, [tx.workspaceId, key]);
  await tx.execute(remove, [tx.workspaceId, key]);
  await said(tx, 'contact_attribute.deleted', key, { label: before.label, type: before.type }, null);
}

function said(
  tx: TenantTx,
  name: string,
  key: string,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): Promise<void> {
  return emit(tx, [
    {
      workspaceId: tx.workspaceId,
      name,
      data: { key },
      audit: { target: { kind: 'contact_attribute', id: key }, before, after },
    },
  ]);
}

export function checkChoices(type: AttributeRow['type'], choices: readonly string[]): void {
  const problem =
    type !== 'choice' && choices.length > 0
      ? 'Only attributes of type choice have choices.'
      : type === 'choice' && choices.length === 0
        ? 'Name at least one choice.'
        : new Set(choices).size < choices.length
          ? 'Each choice may be named once.'
          : null;
  if (problem) throw errors.invalidRequest([{ path: 'body.choices', message: problem }]);
}

const day = z.iso.date();

/** A value as its definition wants it, from JSON or from a cell of a list; or what is wrong with it. */
export function readAttribute(
  definition: Pick<AttributeRow, 'type' | 'choices'>,
  given: unknown,
  fromText = false,
): { value: AttributeValue } | { problem: string } {
  const text = typeof given === 'string' ? given.trim() : null;
  switch (definition.type) {
    case 'text':
      if (text === null) return { problem: 'must be text' };
      return text.length <= 1_000 ? { value: text } : { problem: 'has more than 1,000 characters' };
    case 'number': {
      const value = fromText && text !== null && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : given;
      return typeof value === 'number' && Number.isFinite(value)
        ? { value }
        : { problem: 'must be a number' };
    }
    case 'date':
      return text !== null && day.safeParse(text).success
        ? { value: text }
        : { problem: 'must be a day such as 2026-11-21' };
    case 'boolean': {
      if (typeof given === 'boolean') return { value: given };
      if (fromText && text !== null && /^(true|yes|1)$/i.test(text)) return { value: true };
      if (fromText && text !== null && /^(false|no|0)$/i.test(text)) return { value: false };
      return { problem: 'must be true or false' };
    }
    case 'choice':
      return text !== null && definition.choices.includes(text)
        ? { value: text }
        : { problem: `must be one of ${definition.choices.join(', ')}` };
  }
}

/** What a contact's attributes become; null takes one away. */
export function applyAttributes(
  definitions: readonly AttributeRow[],
  before: Record<string, AttributeValue>,
  patch: Record<string, unknown>,
): Record<string, AttributeValue> {
  const byKey = new Map(definitions.map((one) => [one.key, one]));
  const problems: { path: string; message: string }[] = [];
  const after = new Map(Object.entries(before));
  for (const [key, given] of Object.entries(patch)) {
    const definition = byKey.get(key);
    const path = `body.attributes.${key}`;
    if (!definition) {
      problems.push({ path, message: 'No such attribute. POST /v1/contact-attributes makes one.' });
    } else if (given === null) {
      after.delete(key);
    } else {
      const read = readAttribute(definition, given);
      if ('problem' in read) problems.push({ path, message: `This ${read.problem}.` });
      else after.set(key, read.value);
    }
  }
  if (problems.length > 0) throw errors.invalidRequest(problems);
  return Object.fromEntries(after);
}
