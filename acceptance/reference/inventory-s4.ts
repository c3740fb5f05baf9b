/** S4, the multi-tenant backend: how each thing that its document names stands here. */
import { away, firstCommand, instead, module, notYet, port, type Row, rows, s, works } from './standing.ts';

const composed = 'the program starts with one command; compose files come with deployment';
const s4Names = s('s4', 'its names of settings');

export const s4: Row[] = [
  ...rows('s4', 'address', {
    '/health': works(s('s4', '1) Health')),
    '/tenants/register': works(s('s4', '2) Register tenant')),
    '/tenants/:tenantId/send': works(s('s4', '3) Send message')),
    '/tenants/<TENANT_ID>/send': works(s('s4', '3) Send message')),
    '/whatsapp/webhook': works(s('s4', '5) Webhook POST')),
    '/whatsapp/webhook?hub.mode=subscribe&hub.verify_token=<VERIFY_TOKEN>&hub.challenge=<challenge>': works(
      s('s4', '4) Webhook verification'),
    ),
    '/api/*': works(s('s4', 'its page asks below /api')),
    '/api': works(s('s4', 'its page asks below /api')),
    '/api/': works(s('s4', 'its page asks below /api')),
    '/api/...': works(s('s4', 'its page asks below /api')),
  }),
  ...rows('s4', 'header', {
    'X-Hub-Signature-256': works(s('s4', 'the signature is sha256= HMAC-SHA256')),
  }),
  ...rows('s4', 'status', { '401': works(s('s4', '5) … a wrong signature is 401')) }),
  ...rows('s4', 'log', {
    'whatsapp-send-queue': instead(
      '`chaski queue counts`; five tries, then a dead letter',
      module('messages/deliver.test.ts', 'gives up after five tries'),
    ),
    'auto-reply:': works(s('s4', '5) Webhook POST')),
  }),
  ...rows('s4', 'command', {
    'docker-compose up --build': notYet(composed),
    'docker-compose build app worker': notYet(composed),
    'docker-compose logs -f app': notYet(composed),
    'docker-compose logs -f worker': notYet(composed),
    'docker-compose logs -f mongo': notYet(composed),
    'docker-compose logs -f redis': notYet(composed),
    'docker-compose up --build app frontend': notYet(composed),
    'docker-compose.yml': notYet(composed),
    'db.js # mongoose connect (with retry)': instead('a file of that system', s4Names),
    'npm install': works(firstCommand),
    'npm run dev': works(['acceptance/dev.test.ts', 'the page comes from Vite']),
    'curl -X POST http://localhost:3000/tenants/register   -H "Content-Type: application/json"   -d \'{"name":"Tenant A","phoneNumberId":"111111111111111","accessToken":"mock_token_tenant_A"}\'':
      works(s('s4', '2) Register tenant')),
    'curl -X POST http://localhost:3000/tenants/<TENANT_ID>/send  -H "Content-Type: application/json"  -d \'{"to":"+919012345678","text":"Hello","idempotency_key":"order-1234"}\'':
      works(s('s4', '3) Send message')),
  }),
  ...rows('s4', 'name', {
    APP_SECRET: works(s4Names),
    VERIFY_TOKEN: works(s('s4', '4) Webhook verification')),
    MASTER_KEY: works(s4Names),
    MONGO_URI: instead('not read: the data lies in PostgreSQL', s4Names),
    REDIS_HOST: works(away),
    REDIS_PORT: works(away),
    WHATSAPP_API_VERSION: works(s4Names),
    PORT: works(port),
    TENANT_ID: works(s('s4', '3) Send message')),
    VITE_API_BASE: works([
      'acceptance/dev.test.ts',
      'addresses of the API reach the server that VITE_API_BASE names',
    ]),
    CHOKIDAR_USEPOLLING: works(['acceptance/dev.test.ts', 'the page comes from Vite']),
  }),
];
