/** `npm run build`: builds the web app. The server needs no build: Node runs its TypeScript as it is. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const web = join(import.meta.dirname, '../apps/web');

if (!existsSync(join(web, 'package.json'))) {
  console.log('There is no web app in this checkout (apps/web), so there is nothing to build.');
} else {
  // npm under the same Node that runs us, not whichever comes first in a shell's PATH.
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const built = spawnSync(command, [...args, 'run', 'build'], { cwd: web, stdio: 'inherit' });
  if (built.error !== undefined) console.error(`Could not run npm: ${built.error.message}`);
  process.exitCode = built.status ?? 1;
}
