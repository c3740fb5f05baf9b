import type { Command } from 'commander';
import { parseName } from './arguments.ts';
import type { CommonOptions } from './environment.ts';

type AdminOptions = CommonOptions & { email: string; name?: string; passwordStdin?: boolean };

const noPerson = 'Look at the address; `chaski admin create --email <address>` makes a superadmin.';

/** `chaski admin`: people who run the installation. */
export function addAdmin(program: Command): void {
  const admin = program.command('admin').description('people who run the installation');
  const common = (command: Command): Command =>
    command
      .requiredOption('--email <address>', 'who')
      .option('--password-stdin', 'read the password from standard input; without it one is generated')
      .option('--data-dir <path>', 'folder of the embedded database');

  common(admin.command('create').description('make a superadmin'))
    .option('--name <name>', 'their name', parseName)
    .action(async (options: AdminOptions) => {
      const { withSession } = await import('./session.ts');
      const { createSuperadmin } = await import('../modules/auth/index.ts');
      const given = await password(options);
      await withSession(options, async ({ db }) => {
        const made = await createSuperadmin(db, {
          email: options.email,
          ...(options.name === undefined ? {} : { name: options.name }),
          ...given,
        });
        console.log(`Superadmin ${made.user.email} is made.`);
        if (given.password === undefined) console.log(`Password: ${made.password}   (not shown again)`);
      });
    });

  common(admin.command('reset-password').description("set a person's password")).action(
    async (options: AdminOptions) => {
      const { orSay, withSession } = await import('./session.ts');
      const { resetPassword } = await import('../modules/auth/index.ts');
      const given = await password(options);
      await withSession(options, async ({ db }) => {
        const made = await orSay(noPerson, resetPassword(db, { email: options.email, ...given }));
        console.log(`The password of ${made.user.email} is changed.`);
        if (given.password === undefined) console.log(`Password: ${made.password}   (not shown again)`);
      });
    },
  );

  admin
    .command('reset-second-factor <email>')
    .description('for whoever lost phone, passkeys and recovery codes: the password alone signs in again')
    .option('--data-dir <path>', 'folder of the embedded database')
    .action(async (email: string, options: CommonOptions) => {
      const { orSay, withSession } = await import('./session.ts');
      const { resetSecondFactors } = await import('../modules/auth/index.ts');
      await withSession(options, async ({ db }) => {
        const had = await orSay(noPerson, resetSecondFactors(db, email));
        const said = [
          had.totp ? 'the authenticator app' : '',
          had.passkeys > 0 ? `${had.passkeys} passkey(s)` : '',
        ];
        const gone = said.filter((one) => one !== '').join(' and ');
        console.log(
          gone === ''
            ? `${had.email} has no second factor. Their sessions have ended.`
            : `Gone for ${had.email}: ${gone}. Their sessions have ended.`,
        );
      });
    });
}

/** Never an argument: those show in the list of processes and in the shell's history. */
async function password(options: AdminOptions): Promise<{ password?: string }> {
  if (!options.passwordStdin) return {};
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return { password: text.replace(/\r?\n$/, '') };
}
