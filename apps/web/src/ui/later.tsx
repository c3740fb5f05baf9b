import { type ComponentType, type ReactNode, Suspense, use, useState } from 'react';

/**
 * Parts of a page whose script comes when they are wanted. So that nobody waits for it then, the scripts of all of them
 * are fetched one by one in quiet moments, once somebody moves on the page; a page that nobody looks at loads no more
 * than it shows.
 */
const ahead: (() => Promise<unknown>)[] = [];
let isFetching = false;

interface Part<Props> {
  ready: ComponentType<Props> | null;
  fetch(): Promise<void>;
}

function partOf<Props>(load: () => Promise<{ default: ComponentType<Props> }>): Part<Props> {
  let loading: Promise<void> | null = null;
  const part: Part<Props> = {
    ready: null,
    fetch() {
      loading ??= load().then(
        (module) => {
          part.ready = module.default;
        },
        (error) => {
          // The network may be back when it is wanted again.
          loading = null;
          throw error;
        },
      );
      return loading;
    },
  };
  ahead.push(part.fetch);
  return part;
}

// What is there already is drawn at once: React.lazy would show nothing for a moment each first time.
function Inside<Props extends object>({ part, props }: { part: Part<Props>; props: Props }) {
  if (part.ready === null) use(part.fetch());
  return part.ready === null ? null : <part.ready {...props} />;
}

function Dialog<Props extends { opened: boolean }>({ part, props }: { part: Part<Props>; props: Props }) {
  const [wanted, setWanted] = useState(props.opened);
  if (props.opened && !wanted) setWanted(true);
  return wanted ? (
    <Suspense>
      <Inside part={part} props={props} />
    </Suspense>
  ) : null;
}

/** `meanwhile`: what stands there until it has come. */
export function later<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  meanwhile: ReactNode = null,
): ComponentType<Props> {
  const part = partOf(load);
  return (props) => (
    <Suspense fallback={meanwhile}>
      <Inside part={part} props={props} />
    </Suspense>
  );
}

/** A dialog of that kind: fetched when it is opened for the first time, then kept, so that it may fade. */
export function laterDialog<Props extends { opened: boolean }>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  const part = partOf(load);
  return (props) => <Dialog part={part} props={props} />;
}

const idle: (action: () => void) => void =
  'requestIdleCallback' in window
    ? (action) => void window.requestIdleCallback(action, { timeout: 1_000 })
    : (action) => void window.setTimeout(action, 200);

/** When nothing that is more urgent is left to do. */
export const quietMoment = (): Promise<void> => new Promise(idle);

function fetchNext(): void {
  const next = ahead.shift();
  if (next) idle(() => void next().then(fetchNext, fetchNext));
  else isFetching = false;
}

function begin(): void {
  if (isFetching) return;
  isFetching = true;
  fetchNext();
}

for (const sign of ['pointermove', 'pointerdown', 'keydown']) {
  window.addEventListener(sign, begin, { passive: true });
}
