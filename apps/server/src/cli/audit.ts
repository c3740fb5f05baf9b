import { join } from 'node:path';
import type { Command } from 'commander';
import { errors } from '../platform/errors.ts';
import { readGiven } from './arguments.ts';
import type { CommonOptions } from './environment.ts';
import { show } from './show.ts';

type VerifyOptions = CommonOptions & { workspace?: string; anchors?: string[]; json?: boolean };

/** `chaski audit`: proof that nobody changed the record of changes. */
export function addAudit(program: Command): void {
  const audit = program.command('audit').description('the record of who changed what');
  audit
    .command('verify')
    .description('finds lines that were edited, deleted, inserted or reordered, and chains that were cut')
    .option('--workspace <id or name>', 'this workspace only; all without it')
    .option(
      '--anchors <file>',
      'anchors of another machine too; may be given several times',
      (file: string, before: string[]) => [...before, file],
      [],
    )
    .option('--data-dir <path>', 'folder of the embedded database and of audit-anchors.jsonl')
    .option('--json', 'one JSON object a problem')
    .action(async (options: VerifyOptions) => {
      const { chooseWorkspace, withSession } = await import('./session.ts');
      const { anchorFile, anchorsOf, verifyAudit } = await import('../modules/audit/index.ts');
      const { keyRing } = await import('../platform/seal.ts');
      const verdicts = await withSession(options, async ({ db, loaded, secrets }) => {
        const given = options.anchors ?? [];
        // One that is not there would prove less than it was asked for, in silence.
        for (const file of given) readGiven('--anchors', file);
        const files = [join(loaded.dataDir, anchorFile), ...given];
        const anchors = (await Promise.all(files.map(anchorsOf))).flat();
        return verifyAudit(
          { db, ring: keyRing(secrets.sealingKeys) },
          {
            anchors,
            ...(options.workspace === undefined
              ? {}
              : { workspaceId: await chooseWorkspace(db, options.workspace) }),
          },
        );
      });
      const problems = verdicts.flatMap(({ workspaceId, problems: found }) =>
        found.map((problem) => ({ workspaceId, ...problem })),
      );
      if (options.json) show(problems, true);
      else {
        show(
          verdicts.map(({ problems: found, ...verdict }) => ({ ...verdict, problems: found.length })),
          false,
        );
        if (problems.length > 0) show(problems, false);
      }
      // Without any anchor a chain that was cut short verifies: whoever deletes lines may delete the file too.
      const seals = verdicts.reduce((sum, verdict) => sum + verdict.seals, 0);
      const anchors = verdicts.reduce((sum, verdict) => sum + verdict.anchors, 0);
      if (problems.length === 0 && seals > 0 && anchors === 0) {
        throw errors.configuration(
          'The chains hold, but no anchor was found, so nobody can say whether their ends were cut off. A running app writes them into audit-anchors.jsonl in its data folder, within seconds of the first start and then every five minutes; pass a copy with --anchors.',
        );
      }
      if (problems.length > 0) {
        throw errors.configuration(
          `The audit was tampered with: ${problems.length} problem(s). docs/runbook.md says what to do.`,
        );
      }
    });
}
