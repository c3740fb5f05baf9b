import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `npm run dev` serves the page here and asks the server for everything else. */
const server = process.env.CHASKI_DEV_SERVER ?? 'http://localhost:3000';
const prefixes = ['/v1', '/api', '/realtime', '/socket', '/outbox', '/openapi.json', '/docs', '/health'];

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
    proxy: Object.fromEntries(prefixes.map((prefix) => [prefix, { target: server, ws: true }])),
  },
});
