/** Words of another script inside a sentence that has no room for a `bdi`: they keep their own direction and disturb no other. */
export const isolated = (words: string): string => `\u2068${words}\u2069`;
