import type { Tx } from '../../platform/db/index.ts';
import { templateRef } from '../messages/index.ts';
import { routesByNumberId } from '../numbers/index.ts';
import { templateWords } from '../templates/index.ts';
import type { LineRow } from './queries.ts';

/**
 * What the templates among these messages say, by message. A message keeps its template's name and what was filled in:
 * 100,000 people of a campaign are sent one text. A definition that changed later is asked as it is now, as the thread
 * shows it.
 */
export async function templatesOfLines(
  tx: Tx,
  lines: readonly LineRow[],
): Promise<Map<string, readonly unknown[]>> {
  const sent = lines.flatMap((line) => {
    const ref = templateRef(line.content as Parameters<typeof templateRef>[0]);
    return ref ? [{ line, ref }] : [];
  });
  if (sent.length === 0) return new Map();
  const routes = await routesByNumberId(
    tx,
    sent.map(({ line }) => line),
  );
  const asked = new Map(
    sent.flatMap(({ line, ref }) => {
      const route = routes.get(line.numberId);
      return route ? [[line.id, { workspaceId: line.workspaceId, accountId: route.accountId, ...ref }]] : [];
    }),
  );
  const known = new Map(
    (await templateWords(tx, [...new Map([...asked.values()].map((one) => [key(one), one])).values()])).map(
      (one) => [key(one), one.components],
    ),
  );
  return new Map(
    [...asked].flatMap(([id, one]) => {
      const components = known.get(key(one));
      return components ? [[id, components]] : [];
    }),
  );
}

const key = (one: { workspaceId: string; accountId: string; name: string; language: string }) =>
  JSON.stringify([one.workspaceId, one.accountId, one.name, one.language]);
