import type { Command } from 'commander';
import type { CommonOptions } from './environment.ts';
import { show } from './show.ts';

type LoadOptions = CommonOptions & {
  name?: string;
  currency?: string;
  validFrom?: string;
  json?: boolean;
};

/** `chaski rate-card`: what messages cost, for the forecasts of campaigns. */
export function addRateCard(program: Command): void {
  const command = program.command('rate-card').description('what messages cost, for forecasts of campaigns');
  const common = (one: Command): Command =>
    one
      .option('--data-dir <path>', 'folder of the embedded database')
      .option('--json', 'one JSON object a line');

  common(
    command
      .command('load <file>')
      .description('a new version, from CSV lines `country,category,price` (country * = all others)'),
  )
    .requiredOption('--name <name>', 'what the version is called')
    .requiredOption('--currency <code>', 'three letters, such as USD')
    .requiredOption('--valid-from <day>', 'from which day on, such as 2026-10-01')
    .action(async (file: string, options: LoadOptions) => {
      const { withSession } = await import('./session.ts');
      const { rateCard } = await import('@chaski/contracts');
      const { loadRateCard, readRates } = await import('../modules/campaigns/index.ts');
      const { systemActor } = await import('../platform/db/index.ts');
      const { errors } = await import('../platform/errors.ts');
      const { speakPlainly } = await import('../platform/sentences.ts');
      const { readGiven } = await import('./arguments.ts');
      speakPlainly();
      const read = rateCard.safeParse({
        name: options.name,
        currency: options.currency,
        validFrom: options.validFrom,
        rates: readRates(readGiven('<file>', file)),
      });
      if (!read.success)
        throw errors.invalidRequest(
          read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
        );
      const card = read.data;
      await withSession(options, async ({ db }) => {
        const row = await db.withSystem('load a rate card', (tx) => loadRateCard(tx, card, systemActor));
        show(
          [
            {
              id: row.id,
              name: row.name,
              currency: row.currency,
              validFrom: row.validFrom,
              rates: card.rates.length,
            },
          ],
          options.json,
        );
      });
    });

  common(command.command('list').description('all versions, the newest day first')).action(
    async (options: CommonOptions & { json?: boolean }) => {
      const { withSession } = await import('./session.ts');
      const { listRateCards } = await import('../modules/campaigns/index.ts');
      await withSession(options, async ({ db }) => {
        const rows = await db.withSystem('rate cards', listRateCards);
        show(
          rows.map((row) => ({
            id: row.id,
            name: row.name,
            currency: row.currency,
            validFrom: row.validFrom,
            countries: Object.keys(row.rates).length,
          })),
          options.json,
        );
      });
    },
  );
}
