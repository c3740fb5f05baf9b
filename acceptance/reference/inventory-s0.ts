/** S0, the cloud guide: how each thing that its document names stands here. */
import {
  config,
  deployment,
  instead,
  module,
  notYet,
  platform,
  type Row,
  rows,
  s,
  sb,
  works,
} from './standing.ts';

export const s0: Row[] = [
  ...rows('s0', 'address', {
    '/api/*': instead('one program answers; no gateway stands in front', s('s0', '%s: 501 that names %s')),
    '/api/auth/v1/*': works(sb('the stock client signs in')),
    '/api/rest/v1/*': works(sb('the seven tables are read')),
    '/api/functions/v1/*': notYet('no functions of others run here; the address says so with 501'),
    '/api/functions/v1/whatsapp-webhook': works(s('s0', 'one address serves many companies')),
    '/api/realtime/v1/websocket': works(
      module('feed/realtime.test.ts', '101 at each address, subprotocol phoenix selected'),
    ),
    '/api/realtime/v1/websocket?apikey=<ANON_KEY>&vsn=1.0.0': works(
      sb('its tokens: a key not signed with JWT_SECRET'),
    ),
    '/socket/websocket': works(
      module('feed/realtime.test.ts', '101 at each address, subprotocol phoenix selected'),
    ),
  }),
  ...rows('s0', 'status', {
    '101': works(module('feed/realtime.test.ts', '101 at each address, subprotocol phoenix selected')),
  }),
  ...rows('s0', 'log', {
    'invalid JWT': works(sb('its tokens: a key not signed with JWT_SECRET')),
    unauthorized: instead(
      'a socket without credentials is refused with 401',
      module('feed/realtime.test.ts', 'by cookie, by bearer in the subprotocol, by access_token'),
    ),
  }),
  ...rows('s0', 'command', {
    'openssl rand -hex 64': instead('`chaski keys`', sb('chaski keys prints S0’s keys')),
    'openssl rand -hex 32': instead('`chaski keys`', sb('chaski keys prints S0’s keys')),
    'export JWT_SECRET="<YOUR_SECRET>"': works(sb('the stock client signs in')),
    'docker run --rm -e JWT_SECRET node:20-alpine node -e "': works(sb('the stock client signs in')),
    'git reset --hard HEAD': notYet(deployment),
    'git pull origin master': notYet(deployment),
    'chmod +x deploy.sh': notYet(deployment),
    './deploy.sh': notYet(deployment),
    "grep -E '^(JWT_SECRET|ANON_KEY|SERVICE_ROLE_KEY)=' .env": instead(
      'the start names every setting that it read under another name, or not at all',
      s('s0', 'its names of settings'),
    ),
    "docker compose exec -T realtime env | grep -E 'API_JWT_SECRET|JWT_SECRET'": instead(
      'one program: the start names what it read',
      s('s0', 'its names of settings'),
    ),
    'docker compose exec -T app env | grep VITE_SUPABASE_ANON_KEY': instead(
      'one program: the start names what it read',
      s('s0', 'its names of settings'),
    ),
    'docker compose logs --tail=50 realtime': notYet(deployment),
    'docker compose logs --tail=50 caddy': notYet(deployment),
    'docker compose logs --tail=50 rest': notYet(deployment),
    './check_vps.sh': instead('GET /readyz says what is missing, in words', [
      'apps/server/src/platform/http/server.test.ts',
      'readiness asks the checks and says which one failed',
    ]),
    'docker compose exec -T db psql -U postgres -d postgres -c "\\dt public.*"': instead(
      '`chaski migrate` says which migrations are there',
      ['apps/server/src/cli/cli.test.ts', 'commands bring up the embedded database'],
    ),
    'chmod +x scripts/apply_20251205_updates.sh': instead(
      'migrations run at the start, or by `chaski migrate`',
      platform('db/migrate.test.ts', 'an empty database, then nothing more to do'),
    ),
    './scripts/apply_20251205_updates.sh': instead(
      'migrations run at the start, or by `chaski migrate`',
      platform('db/migrate.test.ts', 'an empty database, then nothing more to do'),
    ),
    'docker compose logs --tail=100 functions': notYet(deployment),
    'docker compose restart caddy realtime kong': notYet(deployment),
    'docker compose logs --tail=50 <service>': notYet(deployment),
    'docker compose logs --tail=50 realtime` for `invalid JWT` or `unauthorized': notYet(deployment),
    'docker image prune -f': notYet(deployment),
  }),
  ...rows('s0', 'name', {
    DOMAIN: works(s('s0', 'its names of settings')),
    POSTGRES_PASSWORD: instead('part of DATABASE_URL', config),
    JWT_SECRET: works(sb('the stock client signs in')),
    API_JWT_SECRET: works(config),
    ANON_KEY: works(sb('ANON_KEY opens sign-in')),
    SERVICE_ROLE_KEY: works(sb('SERVICE_ROLE_KEY acts as the operator')),
    VITE_SUPABASE_ANON_KEY: works(s('s0', 'its names of settings')),
    REALTIME_DB_ENC_KEY: instead('SEALING_KEYS covers it', config),
    YOUR_SECRET: instead('a placeholder of the document', s('s0', 'Generate Secrets')),
  }),
];
