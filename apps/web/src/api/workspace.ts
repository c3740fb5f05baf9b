import { chaski } from './client.ts';

/** Makes another workspace the current one. The page begins anew: nothing of the one before stays in it. */
export async function openWorkspace(workspaceId: string): Promise<void> {
  await chaski.auth.putWorkspace({ body: { workspaceId } });
  window.location.assign('/app/inbox');
}
