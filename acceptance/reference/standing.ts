/** How things stand: the rows' shape, and the proofs that several rows share. */
export type System = 's0' | 's1' | 's2' | 's3' | 's4';
export type Kind = 'address' | 'command' | 'header' | 'name' | 'status' | 'log' | 'checklist';

export type Standing =
  /** As the document says; proved by a test: its file and the words its title begins with. */
  | { stands: 'works'; test: readonly [file: string, title: string] }
  /** Another means to the same end. */
  | { stands: 'equivalent'; test: readonly [file: string, title: string]; instead: string }
  | { stands: 'not-yet'; why: string };

export type Row = Standing & { systems: readonly System[]; kind: Kind; text: string };

export type Proof = readonly [file: string, title: string];

export const works = (test: Proof): Standing => ({ stands: 'works', test });
export const instead = (means: string, test: Proof): Standing => ({
  stands: 'equivalent',
  test,
  instead: means,
});
export const notYet = (why: string): Standing => ({ stands: 'not-yet', why });

/** Rows of one kind of some systems. */
export function rows(systems: System | readonly System[], kind: Kind, all: Record<string, Standing>): Row[] {
  const those = typeof systems === 'string' ? [systems] : systems;
  return Object.entries(all).map(([text, standing]) => ({ systems: those, kind, text, ...standing }));
}

export const module = (path: string, title: string): Proof => [`apps/server/src/modules/${path}`, title];
export const platform = (path: string, title: string): Proof => [`apps/server/src/platform/${path}`, title];
export const suite = (path: string, title: string): Proof => [`apps/server/test/${path}`, title];
export const s = (system: System, title: string): Proof => [`acceptance/reference/${system}.test.ts`, title];

export const config: Proof = ['apps/server/src/config-names.test.ts', '$name is what it says'];
export const port: Proof = ['apps/server/src/config.test.ts', 'nothing set is a demo on port 3000'];
/** A Redis is asked where the setting says; while it is away everything goes on. */
export const away = s('s4', 'REDIS_HOST and REDIS_PORT');
export const firstCommand: Proof = ['acceptance/start.test.ts', 'is ready when it says so'];
export const sb = (title: string): Proof => ['acceptance/reference/supabase.test.ts', title];
export const deployment = 'deployment files (Dockerfile, compose, Caddy) are not there yet';

/** The settings of Supabase Storage; that bytes go there and that it must be private is in platform/blobs. */
export const storage: Proof = [
  'apps/server/src/config.test.ts',
  'Supabase Storage is a bucket by its S3 address',
];
export const restored = platform('events/events.test.ts', 'after dump and restore the cursors go on');

export const queue = s('s2', '3d. Test Webhook Queue');
export const redis: Proof = [
  'apps/server/src/config.test.ts',
  'the host and port of a Redis make its address',
];
export const sentry = platform('log.test.ts', 'SENTRY_DSN: an unexpected error arrives');

export const people = (title: string): Proof => module('auth/people.test.ts', title);
export const figures = platform('metrics.test.ts', 'counters, figures, the event loop');
