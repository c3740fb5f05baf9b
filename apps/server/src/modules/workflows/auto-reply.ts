import { hoursAt, shownIn } from '@chaski/contracts';
import type { SystemTx } from '../../platform/db/index.ts';
import { defineConsumer, type StoredEvent } from '../../platform/events/index.ts';
import { storableText } from '../../platform/storable.ts';
import { calledName, displayName } from '../contacts/index.ts';
import { lastClosed } from '../conversations/index.ts';
import {
  automaticAnswers,
  type QueueCommand,
  readHeard,
  readSaid,
  recentAutomatic,
  type SaidEvent,
  saidAutomatically,
  sendMany,
} from '../messages/index.ts';
import { type NumberRoute, routesByNumberId } from '../numbers/index.ts';
import { toWorkflow, type WorkflowRow } from './defaults.ts';
import { defaultsFor, type WorkflowRecord } from './queries.ts';
import { fillIn } from './text.ts';

/**
 * The first built-in workflow: a thank-you to each message of a person, or once a day or until the conversation is
 * closed; outside business hours a word about when somebody is there again, once to each person while it stays closed.
 * It takes events in batches and queues its replies in the transaction that moves its cursor: a reply exists if and only
 * if its message counts as answered.
 */
export const autoReplyConsumer = defineConsumer({
  name: 'workflows.auto-reply',
  events: ['message.received'],
  batchSize: 200,
  handle: autoReply,
});

export async function autoReply(tx: SystemTx, events: StoredEvent[]): Promise<void> {
  // Reactions, edits, revokes, echoes and statuses have names of their own and never come here.
  const heard = (await readHeard(tx, events)).filter(
    ({ event: { data }, settings, keyword }) =>
      // While Meta's own agent answers, a reply of ours would take the person away from it.
      keyword === null && data.automated !== true && data.standby !== true && settings.autoReply,
  );
  const people = (await readSaid(tx, heard)).filter(({ facts }) => facts.contact_id !== null);
  if (people.length === 0) return;
  // At once, in one round trip.
  const [workflows, routes, recent] = await Promise.all([
    workflowsFor(tx, people),
    routesByNumberId(
      tx,
      people.map(({ facts }) => ({ workspaceId: facts.workspace_id, numberId: facts.number_id })),
    ),
    recentAutomatic(
      tx,
      people.map(({ facts }) => ({ workspaceId: facts.workspace_id, conversationId: facts.conversation_id })),
    ),
  ]);
  const answerable = people.flatMap((said) => {
    const workflow = workflows.get(said.facts.number_id);
    return workflow?.isActive && workflow.kind === 'auto-reply' ? [{ ...said, workflow }] : [];
  });
  const away = closedNumbers(tx, answerable, routes);
  const kept = await withoutMachines(tx, answerable, routes, recent);
  const occasionOf = await occasions(tx, kept, routes);
  await sendMany(
    tx,
    kept.map((said): QueueCommand => {
      const { event, facts, workflow } = said;
      const closed = workflow.awayActive ? away.get(facts.number_id) : undefined;
      const name = displayName({
        name: facts.contact_name,
        profileName: facts.profile_name,
        username: facts.username,
        phone: facts.phone,
      });
      const isCalled = calledName({ name: facts.contact_name, profileName: facts.profile_name }) !== null;
      const body = storableText(
        fillIn(
          closed ? workflow.awayText : workflow.text,
          {
            ...closed?.opens,
            'workspace.name': facts.workspace_name,
            'contact.name': name === 'Unknown' ? '' : name,
          },
          isCalled ? [] : ['contact.name'],
        ),
        4096,
      );
      return {
        workspaceId: event.workspaceId,
        conversationId: facts.conversation_id,
        facts,
        content: { type: 'text', text: { body } },
        dedupeKey: `auto-reply:${
          closed ? `away:${facts.contact_id}:${facts.number_id}:${closed.since}` : occasionOf(said)
        }`,
        workflowId: workflow.id,
        source: 'workflow',
        automated: true,
      };
    }),
  );
}

async function workflowsFor(tx: SystemTx, people: readonly SaidEvent[]): Promise<Map<string, WorkflowRow>> {
  const numbers = [...new Map(people.map(({ facts }) => [facts.number_id, facts])).values()];
  const rows = await tx.query<WorkflowRecord & { for_number: string } & Record<string, unknown>>(
    defaultsFor,
    [numbers.map((facts) => facts.workspace_id), numbers.map((facts) => facts.number_id)],
  );
  return new Map(rows.map((row) => [row.for_number, toWorkflow(row)]));
}

type Answered = SaidEvent & { workflow: WorkflowRow };

/**
 * What is answered once; what a later message has in common with an earlier one is known as that one's. A message per
 * workspace, not per number: WhatsApp's ids are unique everywhere, so one id heard on two numbers of a workspace is one
 * message, and gets one answer. A day is the day of the hours' zone.
 */
async function occasions(
  tx: SystemTx,
  said: readonly Answered[],
  routes: ReadonlyMap<string, NumberRoute>,
): Promise<(one: Answered) => string> {
  const closings = await lastClosed(
    tx,
    said.flatMap(({ facts, workflow }) =>
      workflow.oncePer === 'conversation'
        ? [{ workspaceId: facts.workspace_id, id: facts.conversation_id }]
        : [],
    ),
  );
  return (one) => {
    const { event, facts, workflow } = one;
    switch (workflow.oncePer) {
      case 'message':
        return String(event.data.providerMessageId ?? event.data.messageId);
      case 'day': {
        const { date } = shownIn(hoursOf(one, routes)?.zone ?? 'UTC', tx.now());
        return `day:${facts.contact_id}:${facts.number_id}:${date}`;
      }
      case 'conversation':
        return `opening:${facts.conversation_id}:${closings.get(facts.conversation_id)?.toISOString() ?? 'first'}`;
    }
  };
}

const hoursOf = ({ facts, settings }: SaidEvent, routes: ReadonlyMap<string, NumberRoute>) =>
  routes.get(facts.number_id)?.businessHours ?? settings.businessHours;

interface Closed {
  /** Names the period, so that it is told once. */
  since: string;
  opens: { 'opens.date': string; 'opens.time': string };
}

/** Numbers at which nobody is now. */
function closedNumbers(
  tx: SystemTx,
  said: readonly SaidEvent[],
  routes: ReadonlyMap<string, NumberRoute>,
): Map<string, Closed> {
  const closed = new Map<string, Closed>();
  for (const [numberId, one] of new Map(said.map((one) => [one.facts.number_id, one]))) {
    const hours = hoursOf(one, routes);
    if (hours === null) continue;
    const { open, since, until } = hoursAt(hours, tx.now());
    if (open) continue;
    const { date, time } = until ? shownIn(hours.zone, until) : { date: '', time: '' };
    closed.set(numberId, {
      since: since?.toISOString() ?? 'long',
      opens: { 'opens.date': date, 'opens.time': time },
    });
  }
  return closed;
}

/** Drops what another machine said, and conversations that talk faster than people do. */
async function withoutMachines<T extends SaidEvent>(
  tx: SystemTx,
  said: readonly T[],
  routes: ReadonlyMap<string, NumberRoute>,
  recent: Map<string, number>,
): Promise<T[]> {
  if (said.length === 0) return [];
  const machine = await saidAutomatically(
    tx,
    said.map(({ event, facts }) => ({
      fromPhone: facts.phone,
      toPhone: routes.get(facts.number_id)?.displayPhoneNumber ?? '',
      said: typeof event.data.text === 'string' ? event.data.text : null,
    })),
  );
  const people = said.filter((_, index) => !machine[index]);
  return people.filter(({ facts }) => {
    const count = recent.get(facts.conversation_id) ?? 0;
    recent.set(facts.conversation_id, count + 1);
    return count < automaticAnswers.limit;
  });
}
