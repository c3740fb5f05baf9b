import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChaskiError } from '@chaski/sdk';
import { expect, test } from 'vitest';
import { sayIn, speak, type Texts } from '../i18n/words.ts';
import { explain } from './explain.ts';

const whole = (texts: Texts, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : whole(value, `${path}${key}.`),
  );

const inLanguage = (language: string) => {
  const file = join(import.meta.dirname, `../i18n/locales/${language}.json`);
  const texts = JSON.parse(readFileSync(file, 'utf8')) as Texts;
  speak(language, texts);
  const t = sayIn(language, new Map(whole(texts)));
  return (status: number, code?: string, details: Record<string, unknown> = {}, message = 'As it came.') =>
    explain(
      t,
      status === 0
        ? new TypeError()
        : new ChaskiError(status, { ...(code ? { code } : {}), message, details }, null),
    );
};

test('a code has its sentence, wherever it stands; one that nobody knows keeps the server’s', () => {
  const said = inLanguage('es');
  expect(said(404, 'not_found')).toBe('Esto ya no existe. Recarga la página.');
  expect(said(403, 'window_closed')).toMatch(/^La ventana/);
  expect(said(409, 'campaign_state')).toMatch(/^La campaña/);
  expect(said(409, 'of_tomorrow')).toBe('As it came.');
});

test('what is forbidden says why where the server does', () => {
  const said = inLanguage('pt');
  expect(said(403, 'forbidden', { missing: ['team:write'] })).toMatch(/^Sua função/);
  expect(said(403, 'forbidden', { reason: 'owners_only' })).toMatch(/proprietário/);
  expect(said(403, 'forbidden', { whole: ['segments:write'] })).toBe(
    said(403, 'forbidden', { reason: 'limited_reach' }),
  );
});

test('a quota without figures puts none', () => {
  const said = inLanguage('en');
  expect(said(403, 'quota_exceeded', { limit: 3, used: 3 })).toContain('allows 3');
  expect(said(403, 'quota_exceeded', { quota: 'contacts' })).toBe(
    'The plan has no room for more. Remove some, or ask for a larger plan.',
  );
});

test('fields are said by their rule, in English as the server says them', () => {
  const problems = [
    { path: 'name', message: 'Use at most 60 characters.', rule: 'too_long', limit: 60 },
    { path: 'email', message: 'Use an e-mail address.', rule: 'format', limit: 'email' },
    { path: 'key', message: 'Small letters only.' },
  ];
  const country = {
    path: 'body.settings.marketingPausedIn.0',
    message: '',
    rule: 'format',
    limit: 'country',
  };
  expect(inLanguage('pt')(400, 'invalid_request', { problems: [country] })).toMatch(/maiúsculas, como US/);
  expect(inLanguage('en')(400, 'invalid_request', { problems })).toBe(
    'Something here cannot be taken. name: Use at most 60 characters. email: Use an e-mail address. key: Small letters only.',
  );
  expect(inLanguage('es')(400, 'invalid_request', { problems })).toBe(
    'Algo aquí no se puede aceptar. name: Usa como máximo 60 caracteres. ' +
      'email: Usa una dirección de correo, como ana@example.com. key: Esto no se puede escribir así.',
  );
});

test('a proxy’s page is not shown', () => {
  const said = inLanguage('en');
  expect(said(502, undefined, {}, '<html>Bad gateway</html>')).toMatch(/^The server does not answer/);
  expect(said(413, undefined, {}, '<html>')).toBe('This is too large.');
  expect(said(0)).toBe(said(502));
});
