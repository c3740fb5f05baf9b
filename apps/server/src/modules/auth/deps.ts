import type { Database } from '../../platform/db/index.ts';
import type { Gate } from '../../platform/http/index.ts';
import type { Logger } from '../../platform/log.ts';
import type { Mailer } from '../../platform/mail/index.ts';
import type { CreateWorkspaceHooks } from '../workspaces/index.ts';
import type { Site } from './cookies.ts';
import type { MailLinks } from './mails.ts';
import type { TokenKey } from './tokens.ts';

/** What signing in is made with. */
export interface AuthDeps {
  db: Database;
  log: Logger;
  tokenKey: TokenKey;
  site: Site;
  mailer: Mailer;
  links: MailLinks;
  /** `open`: anybody may register; `invite`: only who was invited. */
  registration: 'open' | 'invite';
  /** How many workspaces one person may own. */
  workspacesPerUser: number;
  /** What stands above workspaces adds to a new one. */
  workspaceHooks: CreateWorkspaceHooks;
}

export interface AuthRoutesDeps extends AuthDeps {
  gate: Gate;
}
