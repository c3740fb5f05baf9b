/**
 * All entries of a list, page after page: `for await (const contact of allPages(chaski.contacts.list, {}))`. What is
 * added meanwhile may be missed or seen; what was there is seen once.
 */
export async function* allPages<Item, Query extends { cursor?: string | undefined }>(
  list: (input: { query?: Query }) => Promise<{ data: Item[]; nextCursor: string | null }>,
  query: Query = {} as Query,
): AsyncGenerator<Item> {
  for (let cursor: string | undefined = query.cursor; ; ) {
    const page = await list({ query: cursor === undefined ? query : { ...query, cursor } });
    yield* page.data;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}
