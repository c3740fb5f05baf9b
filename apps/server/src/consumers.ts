/** consumers — everything that listens to events, in no order: each has a cursor of its own. app.ts's, and the CLI's. */

import { followLimits, followMessages, followPeople, guardCampaigns } from './modules/campaigns/index.ts';
import { contactWords } from './modules/contacts/index.ts';
import { mergeConsumer } from './modules/conversations/index.ts';
import { activatedNumbers } from './modules/inbound/index.ts';
import { consentConsumer } from './modules/messages/index.ts';
import { pushNotices } from './modules/push/index.ts';
import { messageWords } from './modules/search/index.ts';
import { activatedAccounts, templateNotices } from './modules/templates/index.ts';
import { autoReplyConsumer } from './modules/workflows/index.ts';
import type { Consumer } from './platform/events/index.ts';

export const consumers: readonly Consumer[] = [
  consentConsumer,
  templateNotices,
  autoReplyConsumer,
  contactWords,
  mergeConsumer,
  messageWords,
  activatedNumbers,
  activatedAccounts,
  followMessages,
  followPeople,
  followLimits,
  guardCampaigns,
  pushNotices,
];
