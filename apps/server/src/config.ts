/**
 * config — one schema for everything that can be set from outside; `docs/env.md` and `.env.example` are made from it.
 *
 * Words: a *setting* has one name of ours; an *alias* is another system's name for it, accepted with a warning that
 * names ours; an *unused* name is one of theirs that means nothing here, named with the reason, never silently ignored.
 *
 * Always true: a flag beats the environment; the real environment beats the files (`.env`, `.env.local`,
 * `.env.<NODE_ENV>`, `.env.<NODE_ENV>.local`, later ones first); an empty value is no value; two names of one setting
 * with different values are a problem, never a choice of ours; all problems are told at once. Nothing here reads
 * `process.env`: cli/environment.ts hands it in.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { check } from './config-check.ts';
import { keySettings } from './config-keys.ts';
import { limitSettings } from './config-limits.ts';
import { peopleSettings } from './config-people.ts';
import { processSettings } from './config-process.ts';
import { reachSettings } from './config-reach.ts';
import { secretSettings } from './config-secrets.ts';
import { type Alias, registry, type Setting } from './config-setting.ts';
import { UNUSED } from './config-unused.ts';
import { whatsappSettings } from './config-whatsapp.ts';
import { errors } from './platform/errors.ts';

/** Names and their values, as the environment has them. */
export type Environment = Record<string, string | undefined>;

/** The schema. Keys are the names in the environment; in code they are camelCase (`config.dbPoolSize`). */
export const schema = z.object({
  ...processSettings,
  ...reachSettings,
  ...secretSettings,
  ...keySettings,
  ...whatsappSettings,
  ...peopleSettings,
  ...limitSettings,
});

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${CapitalWords<Rest>}`
  : Lowercase<Name>;
type CapitalWords<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Capitalize<Lowercase<Head>>}${CapitalWords<Rest>}`
  : Capitalize<Lowercase<Name>>;

type Parsed = z.output<typeof schema>;
type CamelKeys = { [Key in keyof Parsed as CamelCase<Key & string>]: Parsed[Key] };

/**
 * The configuration as code reads it. `sealingKeys` are 64 hex digits each, whatever form they were given in;
 * `jwtSecret` and `dataDir` are still open here where nobody set them (see secrets.ts and main.ts).
 */
export interface Config extends Omit<CamelKeys, 'demo' | 'simulatorPort'> {
  demo: boolean;
  simulatorPort: number;
  production: boolean;
  /** Only where development was asked for: a demo that somebody tries is no place for stacks. */
  showsStacks: boolean;
}

export type ConfigResult =
  | { ok: true; config: Config; warnings: string[] }
  | { ok: false; problems: string[]; warnings: string[] };

export interface ParseOptions {
  /** `start` refuses what a running installation must not lack in production; a command of the CLI need not. */
  purpose?: 'start' | 'command';
  readFile?: (path: string) => string;
}

/** Reads flags and environment into a Config, or says everything that is wrong with them. */
export function parseConfig(
  env: Environment,
  flags: Environment = {},
  options: ParseOptions = {},
): ConfigResult {
  const problems: string[] = [];
  const warnings: string[] = [];
  const read = options.readFile ?? ((path: string) => readFileSync(path, 'utf8'));
  const input: Record<string, string | string[]> = {};

  for (const [name, about] of settingEntries()) {
    const chosen = collect(name, about, env, flags, read, problems, warnings);
    if (chosen !== null) input[name] = chosen;
  }
  for (const [name, reason] of Object.entries(UNUSED)) {
    if (given(env, name) !== null) warnings.push(`${name} is not used: ${reason}.`);
  }

  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      const about = aboutOf(name);
      const value = input[name];
      const shown = about?.secret === true || typeof value !== 'string' ? '' : ` (it is "${value}")`;
      problems.push(`${name}: ${issue.message}${shown}.`);
    }
    return { ok: false, problems, warnings };
  }
  const values = parsed.data;
  const production = values.NODE_ENV === 'production';
  const config: Config = {
    ...camelKeys(values),
    production,
    showsStacks: input.NODE_ENV === 'development',
    demo: values.DEMO ?? (!production && values.ROLES.includes('api')),
    simulatorPort:
      values.SIMULATOR_PORT ?? (values.PORT === 0 || values.PORT === 65_535 ? 0 : values.PORT + 1),
  };
  check(config, options.purpose ?? 'start', problems, warnings);
  return problems.length > 0 ? { ok: false, problems, warnings } : { ok: true, config, warnings };
}

/** The value of one setting from all its names: a flag, else its name, `_FILE` and aliases, which must agree. */
function collect(
  name: string,
  about: Setting,
  env: Environment,
  flags: Environment,
  read: (path: string) => string,
  problems: string[],
  warnings: string[],
): string | string[] | null {
  const flagged = given(flags, name);
  if (flagged !== null) return flagged;
  const aliases: Alias[] = (about.aliases ?? []).map((alias) =>
    typeof alias === 'string' ? { name: alias, read: (value) => value } : alias,
  );
  const found: { source: string; value: string | string[] }[] = [];
  for (const { name: spelling, read: translate } of [{ name, read: (value: string) => value }, ...aliases]) {
    for (const source of about.secret === true ? [spelling, `${spelling}_FILE`] : [spelling]) {
      let value = given(env, source);
      if (value === null) continue;
      if (source !== spelling) {
        try {
          value = read(value).trim();
        } catch (error) {
          problems.push(
            `${source}: cannot read ${value} (${error instanceof Error ? error.message : error}).`,
          );
          continue;
        }
        // Not "no value": the name of a file says that there is one, and an empty secret opens to everybody.
        if (value === '') {
          problems.push(`${source}: the file ${given(env, source)} is empty.`);
          continue;
        }
      }
      const ours = spelling === name ? value : translate(value);
      // The same value under our own name as well: nothing is left to do.
      if (spelling !== name && (ours === null || String(ours) !== String(given(env, name)))) {
        const target = source === spelling ? name : `${name}_FILE`;
        warnings.push(
          ours === null
            ? `${source} is understood but asks for nothing here; ${name} is our name for it.`
            : `${source} is read as ${name}; please use ${target}.`,
        );
      }
      if (ours !== null) found.push({ source, value: ours });
    }
  }
  const [first, ...others] = found;
  if (first === undefined) return null;
  const differing = others.filter(({ value }) => String(value) !== String(first.value));
  if (differing.length > 0) {
    const names = [first, ...differing].map(({ source }) => source).join(' and ');
    problems.push(`${names} set the same thing (${name}) to different values. Keep one of them.`);
  }
  return first.value;
}

function given(env: Environment, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

function settingEntries(): [string, Setting][] {
  return Object.keys(schema.shape).map((name) => {
    const about = aboutOf(name);
    if (about === undefined) throw new Error(`${name} has no documentation in config.ts`);
    return [name, about];
  });
}

function aboutOf(name: string): Setting | undefined {
  const field = Object.entries(schema.shape).find(([key]) => key === name)?.[1];
  return field === undefined ? undefined : registry.get(field);
}

function camelKeys(values: Parsed): CamelKeys {
  const entries = Object.entries(values).map(([name, value]) => [
    name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries) as CamelKeys; // the mapped type says what the line above does
}

/**
 * The environment with its files underneath, in Vite's order: `.env`, `.env.local`, `.env.<NODE_ENV>`,
 * `.env.<NODE_ENV>.local`; a later file beats an earlier one, the real environment beats them all.
 */
export function readEnvironment(folder: string, env: Environment): Environment {
  const load = (file: string): Environment => {
    try {
      // An editor's byte order mark would become part of the first name.
      return parseEnv(readFileSync(join(folder, file), 'utf8').replace(/^\ufeff/, ''));
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? error.code : error;
      if (reason === 'ENOENT' || reason === 'EISDIR') return {};
      throw errors.configuration(
        `${join(folder, file)} cannot be read (${reason}). Let the user who starts chaski read it, or move it away.`,
      );
    }
  };
  const common = { ...load('.env'), ...load('.env.local') };
  const mode = given(env, 'NODE_ENV') ?? given(common, 'NODE_ENV') ?? 'development';
  const real = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  return { ...common, ...load(`.env.${mode}`), ...load(`.env.${mode}.local`), ...real };
}

/** One row of the generated documentation. */
export interface SettingDoc {
  name: string;
  group: string;
  doc: string;
  secret: boolean;
  defaultText: string;
  example: string | null;
  aliases: string[];
}

const isRate = (value: unknown): value is { max: number; windowSeconds: number } =>
  typeof value === 'object' && value !== null && 'windowSeconds' in value;

/** All settings in the schema's order, for the generated documentation. */
export function describeSettings(): SettingDoc[] {
  return settingEntries().map(([name, about]) => {
    const field = Object.entries(schema.shape).find(([key]) => key === name)?.[1];
    const parsed = field?.safeParse(undefined);
    const value = parsed?.success === true ? parsed.data : undefined;
    const shown = Array.isArray(value)
      ? value.join(',')
      : isRate(value)
        ? `${value.max}/${value.windowSeconds}`
        : value === undefined
          ? ''
          : // A limit that is not there.
            String(value ?? 'off');
    return {
      name,
      group: about.group,
      doc: about.doc,
      secret: about.secret === true,
      defaultText: about.defaultText ?? shown,
      example: about.example ?? null,
      aliases: (about.aliases ?? []).map((alias) => (typeof alias === 'string' ? alias : alias.name)),
    };
  });
}

/** Foreign names that set nothing here, with the reason. */
export function describeUnused(): { name: string; reason: string }[] {
  return Object.entries(UNUSED).map(([name, reason]) => ({ name, reason }));
}
