/** As much as a bubble shows before it asks: more would push all else off the screen. */
const most = { lines: 30, characters: 1_800 };
/** What is shown then: noticeably less, so that nobody opens it for two lines. */
const shown = { lines: 24, characters: 1_400 };

/** The beginning of a text that is too long for a bubble, ending with a whole line or word; null: it is not. */
export function startOf(text: string): string | null {
  const lines = text.split('\n');
  if (lines.length <= most.lines && text.length <= most.characters) return null;
  const start = lines.slice(0, shown.lines).join('\n');
  if (start.length <= shown.characters) return start.trimEnd();
  const cut = start.slice(0, shown.characters);
  const space = cut.search(/\s\S*$/);
  // Where nothing stands between the words, as in Chinese: half an emoji is left out.
  return (space > shown.characters / 2 ? cut.slice(0, space) : cut.replace(/[\ud800-\udbff]$/, '')).trimEnd();
}
