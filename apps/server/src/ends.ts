/** What ends something that was started. */
export type Ends = (() => Promise<void> | void)[];

/** Within a phase the last started ends first. */
export async function undo(ends: Ends): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}
