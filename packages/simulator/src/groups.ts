/** What people say in groups: kept apart from their own chats, so it opens no window and shows on no phone. */
import { emit } from './deliver.ts';
import { shareMedia } from './media.ts';
import { contactShape } from './people.ts';
import { contentShape, sender } from './persons.ts';
import type { NewMessage } from './phone-api.ts';
import { accountOf, chatOf, type Num, type Person, type World } from './world.ts';

/** Says something in a group that this number is in; returns the message's id. */
export function saysInGroup(
  world: World,
  person: Person,
  number: Num,
  groupId: string,
  content: NewMessage,
): string {
  const chat = chatOf(world, person, number);
  const { portfolioId } = accountOf(world, number);
  const id = world.ids.wamid();
  const message = {
    ...sender(world, chat, portfolioId),
    id,
    timestamp: String(Math.floor(world.clock.now() / 1000)),
    group_id: groupId,
    ...contentShape(world, person, content),
  };
  shareMedia(world, number, message);
  emit(world, number, { contacts: [contactShape(world, chat, portfolioId)], messages: [message] });
  return id;
}
