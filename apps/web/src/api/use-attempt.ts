import { useRef } from 'react';
import { once } from './once.ts';

export type Attempt = ReturnType<typeof once>;

/**
 * Asks for something to be made, under a key that stays the same while the values do and nobody has said that it is done:
 * where the answer got lost, pressing again makes nothing a second time. The server keeps no refusal under a key.
 */
export function useAttempt() {
  const asked = useRef({ of: '', key: once() });
  return async <Answer>(values: unknown, action: (key: Attempt) => Promise<Answer>): Promise<Answer> => {
    const of = JSON.stringify(values);
    if (of !== asked.current.of) asked.current = { of, key: once() };
    const mine = asked.current;
    const answer = await action(mine.key);
    mine.of = '';
    return answer;
  };
}
