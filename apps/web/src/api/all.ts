type List<Item> = (input: {
  query: { limit: number; cursor?: string };
}) => Promise<{ data: Item[]; nextCursor: string | null }>;

/** Every page of a list that is short by its nature: members, labels, keys. */
export async function all<Item>(list: List<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: { data: Item[]; nextCursor: string | null } = await list({
      query: cursor === null ? { limit: 100 } : { limit: 100, cursor },
    });
    items.push(...page.data);
    if (page.nextCursor === null) return items;
    cursor = page.nextCursor;
  }
}
