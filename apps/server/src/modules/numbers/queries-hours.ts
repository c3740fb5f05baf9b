import { statement } from '../../platform/db/index.ts';

export interface HoursRecord {
  id: string;
  business_hours: unknown;
  [column: string]: unknown;
}

/** A workspace has few numbers (its plan says how many): no pages. */
export const hoursOfNumbers = statement(
  'numbers.hours',
  `select n.id, n.business_hours from numbers n
    where n.workspace_id = $1 and ($2::uuid[] is null or n.id = any($2::uuid[])) order by n.created_at, n.id`,
);
