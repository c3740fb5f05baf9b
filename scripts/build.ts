/** `npm run build`: builds the web app. The server needs no build: Node runs its TypeScript as it is. */
import { buildPage, builtPage } from '../apps/server/src/build-page.ts';

await buildPage();
console.log(`The web app is in ${builtPage}.`);
