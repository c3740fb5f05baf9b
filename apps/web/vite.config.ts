import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * `npm run dev` serves the page here and asks the server for everything else; `VITE_API_BASE` names another server. The
 * page itself only ever asks its own origin, so that what is built takes no setting.
 */
const server = process.env.VITE_API_BASE ?? process.env.CHASKI_DEV_SERVER ?? 'http://localhost:3000';
const prefixes = [
  '/v1',
  '/api',
  '/graph',
  '/webhook',
  '/whatsapp',
  '/tenants',
  '/realtime',
  '/socket',
  '/outbox',
  '/openapi.json',
  '/docs',
  '/health',
  '/livez',
  '/readyz',
  '/metrics',
];

export default defineConfig({
  plugins: [react()],
  build: {
    // Assets are files: a data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    target: 'es2023',
    chunkSizeWarningLimit: 900,
  },
  html: { cspNonce: '__CSP_NONCE__' },
  server: {
    port: 5173,
    // Folders mounted into a container or a virtual machine tell of no change.
    watch: { usePolling: process.env.CHOKIDAR_USEPOLLING === 'true' },
    proxy: Object.fromEntries(prefixes.map((prefix) => [prefix, { target: server, ws: true }])),
  },
});
