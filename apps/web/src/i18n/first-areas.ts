/** Areas of the texts that the frame and the inbox need: whatever else is said comes with the page that says it. */
export const firstAreas: ReadonlySet<string> = new Set([
  'shell',
  'problem',
  'inbox',
  'composer',
  'status',
  'time',
  'list',
  'thread',
  'context',
  'form',
  'errors',
  'failure',
  'search',
  'keys',
  'attention',
  'begin',
]);
