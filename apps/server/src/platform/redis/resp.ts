export type Reply = string | number | null | RedisError | Reply[];

/** What Redis answered instead of a reply. */
export class RedisError extends Error {}

export function writeCommand(command: readonly string[]): string {
  return `*${command.length}\r\n${command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`;
}

/** The reply at a place; null: not all of it is there yet. */
export function readReply(data: Buffer, at: number): { reply: Reply; next: number } | null {
  const end = data.indexOf('\r\n', at);
  if (end < 0) return null;
  const text = data.toString('utf8', at + 1, end);
  const next = end + 2;
  switch (data[at]) {
    case 0x2b: // +
      return { reply: text, next };
    case 0x2d: // -
      return { reply: new RedisError(text), next };
    case 0x3a: // :
      return { reply: Number(text), next };
    case 0x24: {
      // $
      const length = Number(text);
      if (length < 0) return { reply: null, next };
      if (data.length < next + length + 2) return null;
      return { reply: data.toString('utf8', next, next + length), next: next + length + 2 };
    }
    case 0x2a: {
      // *
      const count = Number(text);
      if (count < 0) return { reply: null, next };
      const reply: Reply[] = [];
      let place = next;
      for (let i = 0; i < count; i++) {
        const found = readReply(data, place);
        if (!found) return null;
        reply.push(found.reply);
        place = found.next;
      }
      return { reply, next: place };
    }
    default:
      throw new Error('this is not how Redis answers');
  }
}
