import { emit } from '../../src/platform/events/index.ts';
import type { Samples, Stage } from './index.ts';

/** A line of the stage's workspace, written as a route would. */
async function lineOf(stage: Stage): Promise<string> {
  const { workspaceId } = stage;
  await stage.tenant((tx) =>
    emit(tx, [
      {
        workspaceId,
        name: 'workspace.updated',
        data: {},
        audit: { target: { kind: 'workspace', id: workspaceId } },
      },
    ]),
  );
  const list = await stage.send('GET /v1/audit', { query: { limit: 1 } });
  return (list.body as { data: { id: string }[] }).data[0]!.id;
}

export const samples: Samples = {
  'GET /v1/audit': () => ({ query: { action: 'workspace.*', count: true } }),
  'GET /v1/operator/audit': () => ({ query: { limit: 5 } }),
  'GET /v1/audit/export': () => ({ query: { from: '2026-01-01T00:00:00Z' } }),
  'GET /v1/audit/:id': async (stage) => ({ params: { id: await lineOf(stage) } }),
};
