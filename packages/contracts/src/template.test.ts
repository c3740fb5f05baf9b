/** Templates as WhatsApp's own pages show them are taken; each broken one is refused with WhatsApp's code and its field. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outboundContent } from './content.ts';
import {
  fillTemplate,
  parameterProblems,
  type TemplateValue,
  templatePreview,
  templateProblems,
  templateVariables,
} from './template.ts';

const folder = new URL('../../../../shared/fixtures/templates/', import.meta.url);
const fixtures = existsSync(folder)
  ? readdirSync(folder).flatMap((file) =>
      Object.entries(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, Wire>),
    )
  : [];

interface Wire {
  name: string;
  language: string;
  category: string;
  message_send_ttl_seconds?: number;
  components: Record<string, unknown>[];
}

const ours = ({ message_send_ttl_seconds, ...wire }: Wire) => ({
  ...wire,
  messageSendTtlSeconds: message_send_ttl_seconds,
});

/** With values for everything: enough of each kind. */
const valuesOf = (definition: { components: readonly unknown[] }): Record<string, TemplateValue> =>
  Object.fromEntries(
    templateVariables(definition).map(({ key, kind }) => {
      const values: Record<string, TemplateValue> = {
        location: { latitude: 48.1, longitude: 11.5 },
        product: { productRetailerId: 'p1', catalogId: 'c1' },
        products: {
          thumbnailProductRetailerId: 'p1',
          sections: [{ title: 'All', productItems: [{ productRetailerId: 'p1' }] }],
        },
        time: 1_798_000_000_000,
        image: 'https://files.example/a.png',
        video: 'https://files.example/a.mp4',
        document: 'https://files.example/a.pdf',
      };
      return [key, values[kind] ?? 'ABC'];
    }),
  );

describe.skipIf(fixtures.length === 0)('the public template bodies (../shared/fixtures)', () => {
  test('there are 13', () => expect(fixtures).toHaveLength(13));

  test.each(fixtures)('%s is accepted, filled, sendable and shown', (_name, wire) => {
    const definition = ours(wire);
    expect(templateProblems(definition)).toEqual([]);
    const components = fillTemplate(definition, valuesOf(definition));
    expect(parameterProblems(definition, components)).toEqual([]);
    const content = {
      type: 'template',
      template: { name: wire.name, language: { code: wire.language }, components },
    };
    expect(outboundContent.safeParse(content).error?.issues ?? []).toEqual([]);
    const shown = JSON.stringify(templatePreview(definition, components));
    expect(shown).not.toContain('{{');
    expect(JSON.stringify(templatePreview(definition))).not.toContain('{{1}}');
  });

  test.each(fixtures)('%s: each variable left out is named', (_name, wire) => {
    const definition = ours(wire);
    const values = valuesOf(definition);
    for (const { key, part } of templateVariables(definition)) {
      const { [key]: _left, ...rest } = values;
      const problems = parameterProblems(definition, fillTemplate(definition, rest));
      // Without {{1}} the values of a body move up: what is then missing is the last.
      if (part === 'body') expect(problems.length).toBeGreaterThan(0);
      else expect(problems.map((one) => one.key)).toContain(key);
    }
  });
});

const base = {
  name: 'order_update',
  language: 'en_US',
  category: 'UTILITY',
  components: [] as Record<string, unknown>[],
};
const body = (text: string, ...examples: string[]) => ({
  type: 'BODY',
  text,
  ...(examples.length > 0 ? { example: { body_text: [examples] } } : {}),
});
const plain = body('Your order is on its way.');
const withParts = (...components: Record<string, unknown>[]) => ({ ...base, components });
const marketing = (...components: Record<string, unknown>[]) => ({
  ...withParts(...components),
  category: 'MARKETING',
});
const authentication = (button: Record<string, unknown>, ...more: Record<string, unknown>[]) => ({
  ...withParts({ type: 'BODY', add_security_recommendation: true }, ...more, {
    type: 'BUTTONS',
    buttons: [{ type: 'OTP', ...button }],
  }),
  category: 'AUTHENTICATION',
});
const buttons = (...list: Record<string, unknown>[]) => ({ type: 'BUTTONS', buttons: list });
const quick = (text = 'Yes') => ({ type: 'QUICK_REPLY', text });
const header = (text: string, ...examples: string[]) => ({
  type: 'HEADER',
  format: 'TEXT',
  text,
  ...(examples.length > 0 ? { example: { header_text: examples } } : {}),
});
const image = { type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::aW'] } };
const card = (...parts: Record<string, unknown>[]) => ({
  components: [image, body('A fine plant.'), ...parts, buttons(quick())],
});
const bareCard = (text: string) => ({ components: [image, body(text), buttons(quick())] });
const offer = (text = 'Expiring offer!') => ({
  type: 'limited_time_offer',
  limited_time_offer: { text, has_expiration: true },
});
const x = (n: number) => 'x'.repeat(n);

describe('the examples of the reference (PROTOCOL §9)', () => {
  const taken: [string, unknown][] = [
    ['text header', withParts(header('Our {{1}}', 'Sale'), plain)],
    ...['IMAGE', 'VIDEO', 'DOCUMENT'].map((format): [string, unknown] => [
      `${format} header`,
      withParts({ type: 'HEADER', format, example: { header_handle: ['4::aW…'] } }, plain),
    ]),
    [
      'GIF header',
      marketing({ type: 'HEADER', format: 'GIF', example: { header_handle: ['4::aW…'] } }, plain),
    ],
    ['location header', withParts({ type: 'HEADER', format: 'LOCATION' }, plain)],
    [
      'named body',
      {
        ...withParts({
          type: 'BODY',
          text: 'Hi {{first_name}}, welcome',
          example: { body_text_named_params: [{ param_name: 'first_name', example: 'Ana' }] },
        }),
        parameterFormat: 'NAMED',
      },
    ],
    ['positional body', withParts(body('Hi {{1}}, welcome', 'Ana'))],
    ['footer', withParts(plain, { type: 'FOOTER', text: x(60) })],
    ['quick reply', withParts(plain, buttons(quick(x(25))))],
    [
      'url',
      withParts(
        plain,
        buttons({ type: 'URL', text: 'Go', url: 'https://x/{{1}}', example: ['https://x/a'] }),
      ),
    ],
    ['phone', withParts(plain, buttons({ type: 'PHONE_NUMBER', text: 'Call', phone_number: '15551234567' }))],
    ['copy code', marketing(plain, buttons({ type: 'COPY_CODE', example: '25OFF' }))],
    [
      'flow',
      withParts(
        plain,
        buttons({ type: 'FLOW', text: 'Go', flow_id: '1', navigate_screen: 'A', flow_action: 'navigate' }),
      ),
    ],
    ['catalog', marketing(plain, buttons({ type: 'CATALOG', text: 'View catalog' }))],
    ['mpm', marketing(plain, buttons({ type: 'MPM', text: 'View items' }))],
    ['spm', marketing({ type: 'HEADER', format: 'PRODUCT' }, plain, buttons({ type: 'SPM', text: 'View' }))],
    ['voice call', withParts(plain, buttons({ type: 'VOICE_CALL', text: 'Call', ttl_minutes: 1440 }))],
    ['contact info', withParts(plain, buttons({ type: 'REQUEST_CONTACT_INFO' }))],
    ['app', withParts(plain, buttons({ type: 'APP', text: 'Open' }))],
    ['offer', marketing(offer(), body(x(600)), buttons({ type: 'COPY_CODE', example: 'A' }))],
    ['carousel', marketing(plain, { type: 'CAROUSEL', cards: [card(), card()] })],
    ['call permission', withParts(plain, { type: 'call_permission_request' })],
    ...['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'].map((otp_type): [string, unknown] => [
      `one-time password, ${otp_type}`,
      authentication(
        {
          otp_type,
          text: 'Copy',
          autofill_text: 'Autofill',
          zero_tap_terms_accepted: true,
          supported_apps: [{ package_name: 'com.x', signature_hash: 'K8a/AINcGX7' }],
        },
        { type: 'FOOTER', code_expiration_minutes: 10 },
      ),
    ]),
    ['one-time password, as little as is needed', authentication({ otp_type: 'COPY_CODE' })],
  ];
  test.each(taken)('%s', (_name, definition) => expect(templateProblems(definition)).toEqual([]));

  test('its body "Hi {{1}}" breaks its own rule, and that rule alone', () => {
    const problems = templateProblems(withParts(body('Hi {{1}}', 'Ana')));
    expect(problems.map(({ code }) => code)).toContain(2388299);
  });
});

describe('what WhatsApp refuses', () => {
  const refused: [string, number, string, unknown][] = [
    ['capitals in the name', 2388046, 'name', { ...withParts(plain), name: 'Order' }],
    ['a name too long', 2388040, 'name', { ...withParts(plain), name: x(513) }],
    ['no language', 100, 'language', { ...withParts(plain), language: 'English' }],
    ['no category', 100, 'category', { ...withParts(plain), category: 'SERVICE' }],
    ['no body', 100, 'components', withParts(header('Hi'))],
    ['two bodies', 100, 'components[1]', withParts(plain, plain)],
    ['no kind', 100, 'components[1].type', withParts(plain, { type: 'POEM' })],
    ['a body too long', 2388040, 'components[0].text', withParts(body(x(1025)))],
    ['an empty body', 2388072, 'components[0].text', withParts(body(' '))],
    ['tabs', 2388072, 'components[0].text', withParts(body('a\tb'))],
    ['a gap in the numbers', 2388072, 'components[0].text', withParts(body('Hi {{2}}, welcome to us', 'A'))],
    [
      'names in a positional one',
      2388072,
      'components[0].text',
      withParts(body('Hi {{name}}, welcome', 'A')),
    ],
    [
      'variables side by side',
      2388072,
      'components[0].text',
      withParts(body('Hi you {{1}} {{2}} there and here', 'A', 'B')),
    ],
    [
      'a variable at the start',
      2388299,
      'components[0].text',
      withParts(body('{{1}}, your order is here', 'A')),
    ],
    ['a variable at the end', 2388299, 'components[0].text', withParts(body('Your order is {{1}}', 'A'))],
    [
      'too few words',
      2388293,
      'components[0].text',
      withParts(body('A {{1}}, {{2}}, {{3}}.', 'A', 'B', 'C')),
    ],
    ['no example', 2388043, 'components[0].example.body_text', withParts(body('Hi {{1}}, welcome to us'))],
    ['a header too long', 2388040, 'components[0].text', withParts(header(x(61)), plain)],
    [
      'two variables in a header',
      2388047,
      'components[0].text',
      withParts(header('{{1}} {{2}}', 'A', 'B'), plain),
    ],
    ['an emoji in a header', 2388047, 'components[0].text', withParts(header('Sale 🎉'), plain)],
    [
      'a header without its example',
      2388043,
      'components[0].example.header_text',
      withParts(header('Our {{1}}'), plain),
    ],
    [
      'an image without a sample',
      2388043,
      'components[0].example.header_handle',
      withParts({ type: 'HEADER', format: 'IMAGE' }, plain),
    ],
    ['a footer too long', 2388040, 'components[1].text', withParts(plain, { type: 'FOOTER', text: x(61) })],
    [
      'a variable in a footer',
      2388073,
      'components[1].text',
      withParts(plain, { type: 'FOOTER', text: 'Hi {{1}}' }),
    ],
    [
      '11 buttons',
      100,
      'components[1].buttons',
      withParts(plain, buttons(...Array.from({ length: 11 }, () => quick()))),
    ],
    [
      'a button text too long',
      2388040,
      'components[1].buttons[0].text',
      withParts(plain, buttons(quick(x(26)))),
    ],
    [
      '3 addresses',
      100,
      'components[1].buttons',
      withParts(
        plain,
        buttons(...['a', 'b', 'c'].map((text) => ({ type: 'URL', text, url: 'https://x.example' }))),
      ),
    ],
    [
      'quick replies apart',
      100,
      'components[1].buttons',
      withParts(plain, buttons(quick(), { type: 'URL', text: 'Go', url: 'https://x.example' }, quick('No'))),
    ],
    [
      'a variable inside an address',
      100,
      'components[1].buttons[0].url',
      withParts(plain, buttons({ type: 'URL', text: 'Go', url: 'https://x.example/{{1}}/a', example: 'b' })),
    ],
    [
      'an address without example',
      2388043,
      'components[1].buttons[0].example',
      withParts(plain, buttons({ type: 'URL', text: 'Go', url: 'https://x.example/{{1}}' })),
    ],
    [
      'a phone number too long',
      2388040,
      'components[1].buttons[0].phone_number',
      withParts(plain, buttons({ type: 'PHONE_NUMBER', text: 'Call', phone_number: '1'.repeat(21) })),
    ],
    [
      'a coupon too long',
      2388040,
      'components[1].buttons[0].example',
      marketing(plain, buttons({ type: 'COPY_CODE', example: x(21) })),
    ],
    [
      'a flow without a name',
      100,
      'components[1].buttons[0]',
      withParts(plain, buttons({ type: 'FLOW', text: 'Go' })),
    ],
    [
      'a password button elsewhere',
      100,
      'components[1].buttons[0]',
      withParts(plain, buttons({ type: 'OTP', otp_type: 'COPY_CODE' })),
    ],
    [
      'text in an authentication body',
      2388072,
      'components[0].text',
      {
        ...authentication({ otp_type: 'COPY_CODE' }),
        components: [plain, buttons({ type: 'OTP', otp_type: 'COPY_CODE' })],
      },
    ],
    [
      '91 minutes',
      2388073,
      'components[1].code_expiration_minutes',
      authentication({ otp_type: 'COPY_CODE' }, { type: 'FOOTER', code_expiration_minutes: 91 }),
    ],
    [
      'one tap without an app',
      2388043,
      'components[1].buttons[0].supported_apps',
      authentication({ otp_type: 'ONE_TAP' }),
    ],
    [
      'a ttl too long',
      100,
      'messageSendTtlSeconds',
      { ...authentication({ otp_type: 'COPY_CODE' }), messageSendTtlSeconds: 901 },
    ],
    [
      'an offer with a footer',
      2388073,
      'components',
      marketing(offer(), plain, { type: 'FOOTER', text: 'x' }),
    ],
    ['an offer too long', 2388040, 'components[0].limited_time_offer.text', marketing(offer(x(17)), plain)],
    ['an offer body too long', 2388040, 'components[1].text', marketing(offer(), body(x(601)))],
    ['one card', 100, 'components[1].cards', marketing(plain, { type: 'CAROUSEL', cards: [card()] })],
    [
      '11 cards',
      100,
      'components[1].cards',
      marketing(plain, { type: 'CAROUSEL', cards: Array.from({ length: 11 }, () => card()) }),
    ],
    [
      'a card text too long',
      2388040,
      'components[1].cards[0].components[1].text',
      marketing(plain, { type: 'CAROUSEL', cards: [bareCard(x(161)), bareCard('x')] }),
    ],
    [
      'cards built differently',
      100,
      'components[1].cards[1]',
      marketing(plain, { type: 'CAROUSEL', cards: [card(), { components: [image, buttons(quick())] }] }),
    ],
  ];
  test.each(refused)('%s: %i', (_name, code, path, definition) => {
    const problems = templateProblems(definition);
    expect(problems.map((one) => `${one.code} ${one.path}`)).toContain(`${code} ${path}`);
    for (const { message } of problems) expect(message).not.toBe('');
  });
});

describe('properties', () => {
  test('any JSON gets an answer, of every function', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (definition, components) => {
        expect(Array.isArray(templateProblems(definition))).toBe(true);
        const read = { components };
        templateVariables(read);
        templatePreview(read, components);
        parameterProblems(read, components);
        expect(templateProblems({ ...base, components }).length).toBeGreaterThan(0);
      }),
    );
  });

  test('what is filled is complete, and shows every value', () => {
    const word = fc.stringMatching(/^[a-z]{3,8}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), fc.boolean(), (given, named) => {
        const names = given.map((_, i) => (named ? `v_${i}` : String(i + 1)));
        const text = `Hello to you all, ${names.map((name) => `here is {{${name}}}`).join(' and ')} done.`;
        const definition = {
          ...base,
          parameterFormat: named ? ('NAMED' as const) : ('POSITIONAL' as const),
          components: [
            {
              type: 'BODY',
              text,
              example: named
                ? { body_text_named_params: names.map((name) => ({ param_name: name, example: 'x' })) }
                : { body_text: [names.map(() => 'x')] },
            },
          ],
        };
        expect(templateProblems(definition)).toEqual([]);
        const values = Object.fromEntries(names.map((name, i) => [`body.${name}`, given[i] ?? '']));
        const components = fillTemplate(definition, values);
        expect(parameterProblems(definition, components)).toEqual([]);
        const shown = templatePreview(definition, components).body;
        expect(shown).toBe(
          text.replaceAll(/\{\{([^}]+)\}\}/g, (_, name: string) => given[names.indexOf(name)] ?? ''),
        );
        expect(parameterProblems(definition, []).map(({ key }) => key)).toEqual(
          names.map((name) => `body.${name}`),
        );
      }),
    );
  });
});

test('the sentence names what is missing', () => {
  const definition = { components: [body('Hi {{1}}, order {{2}} is on its way', 'Ana', 'A-1')] };
  const sent = [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }];
  expect(parameterProblems(definition, sent)[0]?.message).toBe('{{2}} of the body is missing (body.2).');
});
