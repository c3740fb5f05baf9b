import { Alert, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useExplain } from './explain.ts';
import classes from './page.module.css';

/** A page that is read and filled in: title, what it is for, what can be made here. `wide`: for charts and tables. */
export function Page(props: {
  title: string;
  lead?: string;
  action?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <main className={classes.page} data-wide={props.wide || undefined}>
      <div className={classes.head}>
        <div>
          <Title order={1} size="h2">
            {props.title}
          </Title>
          {props.lead ? (
            <Text c="dimmed" maw={620} mt={4}>
              {props.lead}
            </Text>
          ) : null}
        </div>
        {props.action}
      </div>
      <Stack gap="lg">{props.children}</Stack>
    </main>
  );
}

/** One matter of a page. */
export function Section(props: {
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section className={classes.section} aria-label={props.title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} size="h4">
            {props.title}
          </Title>
          {props.lead ? (
            <Text c="dimmed" size="sm" mt={2}>
              {props.lead}
            </Text>
          ) : null}
        </div>
        {props.action}
      </Group>
      {props.children ? <div className={classes.body}>{props.children}</div> : null}
    </section>
  );
}

/** A list of things with what is known of each at its start and what can be done at its end. */
export function Rows(props: { label: string; children: ReactNode }) {
  return (
    <ul className={classes.rows} aria-label={props.label}>
      {props.children}
    </ul>
  );
}

export function Row(props: { start?: ReactNode; end?: ReactNode; children: ReactNode; below?: ReactNode }) {
  return (
    <li className={classes.row}>
      {props.start}
      <div className={classes.main}>{props.children}</div>
      {props.end ? <Group gap="xs">{props.end}</Group> : null}
      {props.below ? <div className={classes.below}>{props.below}</div> : null}
    </li>
  );
}

type Tone = 'good' | 'wait' | 'bad' | 'plain';

/** A state in a word. The dot repeats it for the eye; the word carries it. */
export function State(props: { tone: Tone; children: ReactNode }) {
  return (
    <span className={classes.state} data-tone={props.tone}>
      {props.children}
    </span>
  );
}

export function Waiting({ rows = 3 }: { rows?: number }) {
  return (
    <Stack aria-hidden>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={index} height={52} />
      ))}
    </Stack>
  );
}

/** Above a form: what the server said about the whole of it. */
export function Refused({ problem }: { problem: string | null }) {
  return problem ? (
    <Alert color="red" variant="outline" role="alert" classNames={{ message: classes.refused ?? '' }}>
      {problem}
    </Alert>
  ) : null;
}

/** What a query has for the page: rows to come, what went wrong, nothing yet, or the rows. */
export function Listing<Item>(props: {
  query: { data: readonly Item[] | undefined; error: unknown };
  empty: string;
  children: (items: readonly Item[]) => ReactNode;
}) {
  const explain = useExplain();
  const { data, error } = props.query;
  if (data === undefined) return error ? <Refused problem={explain(error)} /> : <Waiting />;
  if (data.length === 0) return <p className={classes.empty}>{props.empty}</p>;
  return props.children(data);
}
