import type { Message } from '@chaski/sdk';
import { createContext, use } from 'react';

/** What a bubble may ask of the thread it stands in. */
export interface ThreadActions {
  /** By our id or WhatsApp's; loads older pages until it is there. */
  jumpTo(reference: string): void;
  replyTo(message: Message): void;
}

export const ThreadContext = createContext<ThreadActions>({ jumpTo: () => {}, replyTo: () => {} });

export const useThread = (): ThreadActions => use(ThreadContext);
