/** Where we listen, how the world reaches us, and where the database and the simulator are. */
import { z } from 'zod';
import { flag, GROUPS, httpUrl, list, number, origins, postgresUrl, setting } from './config-setting.ts';

export const reachSettings = {
  PORT: setting(number(0, 65_535).default(3000), {
    group: GROUPS.addresses,
    doc: 'Port of the API and the web app; 0 takes a free one.',
  }),
  HOST: setting(z.string().default('0.0.0.0'), {
    group: GROUPS.addresses,
    doc: 'Address to listen on.',
  }),
  PUBLIC_URL: setting(httpUrl.optional(), {
    group: GROUPS.addresses,
    doc: 'How the world reaches this installation: links, mails, webhook hints.',
    aliases: [{ name: 'DOMAIN', read: (value) => (value.includes('://') ? value : `https://${value}`) }],
    example: 'https://chat.example.com',
    defaultText: 'http://localhost:<port>',
  }),
  ALLOW_HTTP: setting(flag.default(false), {
    group: GROUPS.addresses,
    doc: 'Lets production start without an https PUBLIC_URL, for a network you trust: the cookies that sign people in are then readable on the way.',
  }),
  CORS_ORIGINS: setting(origins.default([]), {
    group: GROUPS.addresses,
    doc: 'Origins of other web pages that may call the API from a browser, separated by commas.',
    example: 'https://desk.example.com',
    aliases: ['CLIENT_ORIGIN'],
  }),
  EGRESS_ALLOW: setting(list.default([]), {
    group: GROUPS.addresses,
    doc: 'Hosts in private networks (host or host:port) that may be called though a user gave the address, separated by commas.',
    example: 'push.internal:8443',
  }),
  TRUST_PROXY: setting(list.default([]), {
    group: GROUPS.addresses,
    doc: 'Address ranges (CIDR) of reverse proxies whose X-Forwarded-For is believed, separated by commas.',
    example: '10.0.0.0/8',
  }),
  SIMULATOR_PORT: setting(number(0, 65_535).optional(), {
    group: GROUPS.addresses,
    doc: "Port of the simulator (WhatsApp's side and the phone page), on loopback only.",
    defaultText: 'PORT + 1; a free one if PORT is 0',
  }),
  SIMULATOR_URL: setting(httpUrl.optional(), {
    group: GROUPS.addresses,
    doc: 'A simulator that runs elsewhere (`npm run simulator`); the built-in one is not started then.',
    example: 'http://127.0.0.1:4010',
  }),
  SIMULATOR_KEY: setting(z.string().min(1).optional(), {
    group: GROUPS.addresses,
    doc: 'Admin key of the simulator at SIMULATOR_URL.',
    secret: true,
  }),
  DATABASE_URL: setting(postgresUrl.optional(), {
    group: GROUPS.database,
    doc: 'A PostgreSQL 15 or newer; without it an embedded PostgreSQL runs in DATA_DIR. No transaction-mode pooler.',
    secret: true,
    example: 'postgres://chaski_login:password@localhost:5432/chaski',
    defaultText: 'the embedded database',
  }),
  DATABASE_OWNER_URL: setting(postgresUrl.optional(), {
    group: GROUPS.database,
    doc: 'The login that owns the tables and migrates, if it is not the one of DATABASE_URL.',
    secret: true,
    example: 'postgres://chaski_owner:password@localhost:5432/chaski',
    defaultText: 'DATABASE_URL',
  }),
  DB_ROLE_PREFIX: setting(
    z
      .string()
      // As platform/db/roles.ts has it: `_system` behind it must fit 63 bytes.
      .regex(
        /^(?!pg_)[a-z][a-z0-9_]{0,39}$/,
        'must be lower-case letters, digits and _, starting with a letter (not pg_), 40 at most',
      )
      .default('chaski'),
    {
      group: GROUPS.database,
      doc: 'Prefix of the database roles, so that several installations can share a server.',
    },
  ),
  DB_POOL_SIZE: setting(number(2, 500).default(10), {
    group: GROUPS.database,
    doc: 'Connections of the pool; a process holds a few more for locks and notifications.',
  }),
};
