import type { HttpApp } from '../../platform/http/index.ts';
import { draftRoutes } from './draft-routes.ts';
import { listRoutes } from './list-routes.ts';
import { noteRoutes } from './note-routes.ts';
import type { ConversationRoutesDeps } from './paths.ts';
import { quickReplyRoutes } from './quick-reply-routes.ts';
import { savedFilterRoutes } from './saved-filter-routes.ts';
import { teamRoutes } from './team-routes.ts';
import { workRoutes } from './work-routes.ts';

/** /v1/conversations, /v1/quick-replies, /v1/saved-filters, /v1/teams */
export function conversationRoutes(deps: ConversationRoutesDeps): (app: HttpApp) => Promise<void> {
  return async (app) => {
    for (const add of [
      listRoutes,
      workRoutes,
      noteRoutes,
      draftRoutes,
      quickReplyRoutes,
      savedFilterRoutes,
      teamRoutes,
    ]) {
      add(app, deps);
    }
  };
}
