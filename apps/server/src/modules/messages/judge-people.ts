import { statement, type Tx } from '../../platform/db/index.ts';
import { type Candidate, sendFacts, templateOf, templatesOf } from './can-send.ts';
import { type FactsRecord, factColumns } from './queries-facts.ts';
import { decide, type Verdict } from './rules.ts';

/** One probe per person, as in `messages.facts`: people who may have no conversation yet. */
const factsOfPeople = statement(
  'messages.facts_of_people',
  `select ${factColumns} from unnest($3::uuid[]) r(contact_id) cross join lateral (
     select * from send_people p
     where p.workspace_id = $1 and p.number_id = $2 and p.contact_id = r.contact_id limit 1) f`,
);

export interface JudgedPerson {
  contactId: string;
  verdict: Verdict;
  phone: string | null;
  /** Until when free text would be taken; writing to them then opens nothing. */
  lastInboundAt: Date | null;
}

/**
 * The policy over many people at once, for a plan: nothing is opened and nothing of the plan's quota is used. The same
 * decision is made again when their messages are queued and when they are handed over.
 */
export async function judgePeople(
  tx: Tx,
  number: { workspaceId: string; numberId: string },
  contactIds: readonly string[],
  said: Pick<Candidate, 'purpose' | 'content'>,
): Promise<JudgedPerson[]> {
  if (contactIds.length === 0) return [];
  const rows = await tx.query<FactsRecord & Record<string, unknown>>(factsOfPeople, [
    number.workspaceId,
    number.numberId,
    contactIds,
  ]);
  const now = tx.now();
  const [first] = rows;
  if (!first) return [];
  // One number, one message: the template is the same for all of them.
  const templates = await templatesOf(tx, [{ ...said, facts: first }]);
  return rows.flatMap((facts) => {
    if (facts.contact_id === null) return [];
    const candidate = { ...said, facts };
    const verdict = decide(
      sendFacts(candidate, now, templateOf(templates, candidate), { month: null, minute: null }),
    );
    return [
      { contactId: facts.contact_id, verdict, phone: facts.phone, lastInboundAt: facts.last_inbound_at },
    ];
  });
}
