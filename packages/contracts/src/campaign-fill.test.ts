/** Every kind of template is filled for each person as WhatsApp takes it, or the person is left out with the reason. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CampaignVariable } from './campaign.ts';
import {
  blankKinds,
  campaignPlace,
  filledTemplate,
  fillVariables,
  offerEnds,
  variableKey,
} from './campaign-fill.ts';
import { outboundContent } from './content.ts';
import { parameterProblems, readTemplateValue, templateVariables } from './template.ts';

const card = {
  components: [
    { type: 'HEADER', format: 'IMAGE' },
    { type: 'BODY', text: 'For {{1}}: {{2}} only' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'More' },
        { type: 'URL', text: 'Buy', url: 'https://shop.example/{{1}}' },
      ],
    },
  ],
};
const templates = {
  carousel: [
    { type: 'BODY', text: 'Hi {{1}}, look' },
    { type: 'CAROUSEL', cards: [card, card] },
  ],
  offer: [
    { type: 'HEADER', format: 'VIDEO' },
    { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Soon over', has_expiration: true } },
    { type: 'BODY', text: 'Hi {{first_name}}, use {{code}}' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'COPY_CODE', example: 'A' },
        { type: 'URL', text: 'Go', url: 'https://shop.example/{{1}}' },
      ],
    },
  ],
  place: [
    { type: 'HEADER', format: 'LOCATION' },
    { type: 'BODY', text: 'Come to us' },
  ],
  products: [
    { type: 'HEADER', format: 'TEXT', text: 'For {{1}}' },
    { type: 'BODY', text: 'Look' },
    { type: 'BUTTONS', buttons: [{ type: 'MPM', text: 'View items' }] },
  ],
  product: [
    { type: 'HEADER', format: 'PRODUCT' },
    { type: 'BODY', text: 'Look' },
    { type: 'BUTTONS', buttons: [{ type: 'SPM', text: 'View' }] },
  ],
};

const cells: Record<string, string> = {
  text: 'Ana',
  url: 'coat?for=ana',
  coupon_code: 'ANA20',
  image: 'https://files.example/a.png',
  video: '0198c0de-0000-7000-8000-000000000000',
  location: '-34.6085, -58.3785, Café Tortoni, Av. de Mayo 825, Buenos Aires',
  product: '194836987003835/coat-9',
  products: 'Coats: coat-9, coat-7; Hats: hat-2',
  time: '2026-12-24 18:00',
};

/** A column for each blank, named by its kind. */
const variablesFor = (components: readonly unknown[]): CampaignVariable[] =>
  templateVariables({ components }).map((one) => ({
    ...(campaignPlace(one) as Omit<CampaignVariable, 'source'>),
    source: { from: 'column', column: one.kind },
  }));

describe('a campaign fills for each person', () => {
  test.each(Object.entries(templates))('%s', (name, components) => {
    const message = { template: { name, language: 'en' }, variables: variablesFor(components) };
    const filled = fillVariables(message.variables, { columns: cells }, 'America/Sao_Paulo');
    expect(filled).toHaveProperty('values');
    const values = 'values' in filled ? filled.values : {};
    const content = filledTemplate(message, values);
    expect(parameterProblems({ components }, content.template.components as unknown[])).toEqual([]);
    expect(outboundContent.safeParse(content).error?.issues ?? []).toEqual([]);
    // Whatever is not there is named; nobody gets half of a message.
    for (const { source: _, ...place } of message.variables) {
      const key = variableKey(place);
      const one = message.variables.map((variable) =>
        variableKey(variable) === key
          ? { ...variable, source: { from: 'column' as const, column: 'none' } }
          : variable,
      );
      expect(fillVariables(one, { columns: cells })).toEqual({ problem: 'missing', key });
    }
  });

  test.each(['image', 'video', 'document', 'location', 'product'])('words above, called {{%s}}', (name) => {
    const components = [
      { type: 'HEADER', format: 'TEXT', text: `New in {{${name}}}` },
      { type: 'BODY', text: 'Look' },
    ];
    const message = { template: { name: 'a', language: 'en' }, variables: variablesFor(components) };
    const kinds = blankKinds({ components });
    const filled = fillVariables(message.variables, { columns: { text: 'coats' } }, 'UTC', kinds);
    expect(filled).toEqual({ values: { [`header:${name}`]: 'coats' } });
    const content = filledTemplate(message, { [`header:${name}`]: 'coats' }, kinds);
    expect(content.template.components).toEqual([
      { type: 'header', parameters: [{ type: 'text', text: 'coats', parameterName: name }] },
    ]);
    expect(parameterProblems({ components }, content.template.components as unknown[])).toEqual([]);
  });

  test('cards each on their own, and bodies in the order of their numbers', () => {
    const variables: CampaignVariable[] = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].flatMap((n) =>
      [undefined, 1, 0].map((at) => ({
        place: 'body' as const,
        name: String(n),
        ...(at === undefined ? {} : { card: at }),
        source: { from: 'text' as const, text: `${at ?? 'top'} ${n}` },
      })),
    );
    variables.unshift({ place: 'header', name: 'image', source: { from: 'column', column: 'image' } });
    const filled = fillVariables(variables, { columns: cells });
    const { template } = filledTemplate(
      { template: { name: 'a', language: 'en' }, variables },
      'values' in filled ? filled.values : {},
    );
    const texts = (parts: unknown) =>
      (parts as { type: string; parameters: { text: string }[] }[])
        .find(({ type }) => type === 'body')
        ?.parameters.map(({ text }) => text);
    const numbers = Array.from({ length: 10 }, (_, at) => at + 1);
    expect(texts(template.components)).toEqual(numbers.map((n) => `top ${n}`));
    const carousel = (template.components as { type: string; cards?: { components: unknown }[] }[]).at(-1);
    expect(carousel?.cards?.map(({ components }) => texts(components))).toEqual([
      numbers.map((n) => `0 ${n}`),
      numbers.map((n) => `1 ${n}`),
    ]);
  });

  test('a time on their own clock; a date is its whole day, over a change to summer too', () => {
    const ends = (cell: string, zone: string) => {
      const filled = fillVariables(
        [{ place: 'offer', name: 'time', source: { from: 'column', column: 'end' } }],
        { columns: { end: cell } },
        zone,
      );
      return 'values' in filled ? new Date(offerEnds(filled.values) ?? 0).toISOString() : filled;
    };
    expect(ends('2026-12-24 18:00', 'America/Sao_Paulo')).toBe('2026-12-24T21:00:00.000Z');
    expect(ends('2026-12-24T18:00', 'Asia/Kolkata')).toBe('2026-12-24T12:30:00.000Z');
    expect(ends('2026-12-24T18:00:00+01:00', 'Asia/Kolkata')).toBe('2026-12-24T17:00:00.000Z');
    expect(ends('2026-03-29', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
    expect(ends('1798000000000', 'Europe/Berlin')).toBe(new Date(1_798_000_000_000).toISOString());
    for (const wrong of ['2026-02-30', 'tomorrow', '24.12.2026', '2026-12-24 25:00', '12'])
      expect(ends(wrong, 'UTC')).toEqual({ problem: 'wrong', key: 'offer:time' });
  });

  test('what none of its kind can be is as good as nothing: the fallback, else they are left out', () => {
    const wrongs = {
      image: ['holiday.png', 'javascript:alert(1)', 'http://'],
      location: ['Buenos Aires', '91, 0', '0, 181', '10,'],
      product: ['coat-9', '/coat-9', '12/'],
      products: ['', ' , ;', 'a; b', `Coats: ${Array.from({ length: 31 }, (_, n) => `c${n}`).join(',')}`],
      coupon_code: ['x'.repeat(21)],
    };
    for (const [kind, cases] of Object.entries(wrongs))
      for (const one of cases)
        expect([one, readTemplateValue(kind as keyof typeof wrongs, one)]).toEqual([one, null]);
    const variable: CampaignVariable = {
      place: 'button',
      index: 0,
      name: 'copy_code',
      source: { from: 'column', column: 'code', fallback: 'ALL10' },
    };
    expect(fillVariables([variable], { columns: { code: 'x'.repeat(21) } })).toEqual({
      values: { 'button:0:copy_code': 'ALL10' },
    });
  });

  test('only words are cut: an address or products that WhatsApp takes are frozen whole', () => {
    const frozen = (place: Pick<CampaignVariable, 'place' | 'name'>, cell: string) => {
      const variable: CampaignVariable = { ...place, index: 0, source: { from: 'column', column: 'c' } };
      const filled = fillVariables([variable], { columns: { c: cell } });
      return 'values' in filled ? Object.values(filled.values)[0] : filled.problem;
    };
    const products = Array.from({ length: 30 }, (_, n) => String(n).padStart(77, 'x')).join(', ');
    expect(frozen({ place: 'button', name: 'products' }, products)).toBe(products);
    const address = `https://files.example/${'a'.repeat(1_978)}`;
    expect(frozen({ place: 'header', name: 'image' }, address)).toBe(address);
    expect(frozen({ place: 'header', name: 'image' }, `${address}a`)).toBe('wrong');
    expect(frozen({ place: 'body', name: '1' }, 'a'.repeat(2_001))).toBe('a'.repeat(2_000));
  });

  test('whatever people write: a value that is kept is taken, and none ends in half of a character', () => {
    const kinds = ['image', 'location', 'product', 'products', 'time', 'coupon_code', 'url', 'text'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.nat(60).map((n) => `${'a'.repeat(1_970 + n)}🧥`),
          fc.nat(60).map((n) => `https://files.example/${'a'.repeat(1_950 + n)}`),
          fc.tuple(fc.double(), fc.double()).map((pair) => pair.join(',')),
          fc.array(fc.stringMatching(/^[a-z:;,/ 0-9-]{0,9}$/)).map((parts) => parts.join(',')),
        ),
        (kind, cell) => {
          const place = { place: 'header' as const, name: kind };
          const variable = {
            text: { place: 'body' as const, name: '1' },
            time: { place: 'offer' as const, name: 'time' },
            url: { place: 'button' as const, index: 1, name: 'url' },
            coupon_code: { place: 'button' as const, index: 1, name: 'copy_code' },
            products: { place: 'button' as const, index: 1, name: 'products' },
          };
          const variables: CampaignVariable[] = [
            {
              ...(variable[kind as keyof typeof variable] ?? place),
              source: { from: 'column', column: 'c' },
            },
          ];
          const filled = fillVariables(variables, { columns: { c: cell } });
          if (!('values' in filled)) return;
          const content = filledTemplate(
            { template: { name: 'a', language: 'en' }, variables },
            filled.values,
          );
          expect(outboundContent.safeParse(content).error?.issues ?? []).toEqual([]);
        },
      ),
    );
  });
});
