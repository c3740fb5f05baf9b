/** Who may come in: members, registration, mail, single sign-on. */
import { z } from 'zod';
import { flag, GROUPS, list, setting } from './config-setting.ts';

export const peopleSettings = {
  BASIC_AUTH_USERS: setting(
    list
      .transform((entries, context) =>
        entries.map((entry, index) => {
          // With a third part the last is the role, or a misspelt one would be taken for the end of a password.
          const found = /^([^\s:@]+@[^\s:]+):(?:([^:]+)|(.+):(owner|admin|agent|viewer))$/.exec(entry);
          if (found === null) {
            context.addIssue({
              code: 'custom',
              message: `entry ${index + 1} must look like email:password:role (owner, admin, agent or viewer)`,
            });
          }
          const [, email = '', alone, password = alone ?? '', role = 'viewer'] = found ?? [];
          return { email, password, role: role as 'owner' | 'admin' | 'agent' | 'viewer' };
        }),
      )
      .default([]),
    {
      group: GROUPS.people,
      doc: "Members of the operator's own workspace, `email:password:role`, separated by commas: made with it at the first start that has them; later changes of the value do nothing.",
      secret: true,
    },
  ),
  COMPAT_TENANTS: setting(
    z.enum(['open', 'credentials'], { error: 'must be open or credentials' }).optional(),
    {
      group: GROUPS.people,
      doc: "Whether `/tenants/*` works without credentials, as its reference system does: `open` only in the demo, from this machine, for numbers of the simulator; else an operator's token registers and a workspace's key sends.",
      defaultText: 'open in the demo, else credentials',
    },
  ),
  REGISTRATION: setting(z.enum(['open', 'invite'], { error: 'must be open or invite' }).optional(), {
    group: GROUPS.people,
    doc: 'Who may make an account and a workspace: anybody (`open`), or only who was invited (`invite`).',
    defaultText: 'invite; open with NODE_ENV=development',
  }),
  SMTP_URL: setting(
    z
      .string()
      .regex(/^smtps?:\/\/[^/]/, 'must look like smtps://user:password@mail.example.com')
      .optional(),
    {
      group: GROUPS.people,
      doc: 'Mail server for invitations, confirmations and password resets. Without it, outside production, mails land on the page /outbox.',
      secret: true,
      example: 'smtps://user:password@mail.example.com',
    },
  ),
  MAIL_FROM: setting(z.string().min(3).max(320).default('Chaski <no-reply@localhost>'), {
    group: GROUPS.people,
    doc: 'Sender of these mails.',
    example: 'Chaski <no-reply@example.com>',
  }),
  OIDC_ISSUER: setting(
    z
      .string()
      // Kept as it is written: an issuer's name is compared letter by letter.
      .refine(
        (value) => /^https?:\/\/[^/]/.test(value) && URL.canParse(value),
        'must be an http or https address',
      )
      .optional(),
    {
      group: GROUPS.signOn,
      doc: 'OpenID Connect issuer that people sign in with, beside passwords. Register <PUBLIC_URL>/v1/auth/oidc/callback there.',
      example: 'https://login.example.com/realms/staff',
    },
  ),
  OIDC_CLIENT_ID: setting(z.string().optional(), {
    group: GROUPS.signOn,
    doc: 'Who this installation is at the issuer.',
  }),
  OIDC_CLIENT_SECRET: setting(z.string().optional(), {
    group: GROUPS.signOn,
    doc: 'Secret of that client; without it the installation is a public client.',
    secret: true,
  }),
  OIDC_NAME: setting(z.string().max(60).default('Single sign-on'), {
    group: GROUPS.signOn,
    doc: 'What the button at the sign-in says.',
  }),
  OIDC_AUTO_CREATE: setting(flag.default(false), {
    group: GROUPS.signOn,
    doc: 'Whether the issuer may bring in people whom nobody knows here or invited.',
  }),
};
