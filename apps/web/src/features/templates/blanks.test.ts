import { describe, expect, test } from 'vitest';
import { blanksOf, exampleSend, toFormat, withText } from './blanks.ts';
import { blank, definitionOf, partOf, toCategory, toKind } from './definition.ts';

const body = { type: 'BODY' as const, text: '' };

describe('examples', () => {
  test('follow the variables of a text: what stays keeps its own, what goes takes it along', () => {
    const two = {
      ...withText(body, 'Hi {{1}}, {{2}} is here', false),
      example: { body_text: [['Ana', 'A-1']] },
    };
    expect(withText(two, 'Hi {{1}}, it is here', false).example).toEqual({ body_text: [['Ana']] });
    expect(withText(two, 'Hi {{2}}, {{1}} and {{3}} are', false).example).toEqual({
      body_text: [['Ana', 'A-1', '']],
    });
    expect(withText(two, 'It is here', false).example).toBeUndefined();
  });

  test('stay when numbers become names, and back', () => {
    const before = {
      ...blank,
      components: [
        { ...withText(body, 'Hi {{1}}, {{2}} is here', false), example: { body_text: [['Ana', 'A-1']] } },
      ],
    };
    const named = toFormat(before, 'NAMED');
    const part = partOf(named.components, 'BODY').part;
    expect(part?.text).toBe('Hi {{value_1}}, {{value_2}} is here');
    expect(part && blanksOf(part)).toEqual([
      { name: 'value_1', example: 'Ana' },
      { name: 'value_2', example: 'A-1' },
    ]);
    expect(toFormat(named, 'POSITIONAL')).toEqual(before);
  });

  test('fill the preview; of files only ours are shown', () => {
    const header = (handle: string) => ({
      type: 'HEADER' as const,
      format: 'IMAGE' as const,
      example: { header_handle: [handle] },
    });
    expect(exampleSend([header('4::aW1hZ2U')])).toEqual([]);
    const id = '0198c1de-0000-7000-8000-000000000001';
    expect(exampleSend([header(id)])).toEqual([
      { type: 'header', parameters: [{ type: 'image', image: { mediaId: id } }] },
    ]);
  });
});

describe('a change of kind', () => {
  test('keeps what fits: an offer has no footer and no heading of text', () => {
    const parts = toKind(
      [
        { type: 'HEADER', format: 'TEXT', text: 'News' },
        { type: 'BODY', text: 'Hello' },
        { type: 'FOOTER', text: 'Us' },
      ],
      'offer',
    );
    expect(parts.map(({ type }) => type)).toEqual(['BODY', 'LIMITED_TIME_OFFER']);
  });

  test('to authentication takes nothing along, and back begins anew', () => {
    const code = toCategory(blank, 'AUTHENTICATION');
    expect(code.components.map(({ type }) => type)).toEqual(['BODY', 'BUTTONS']);
    expect(toCategory(code, 'UTILITY').components).toEqual(blank.components);
  });

  test('what nobody here knows is not edited', () => {
    const template = { draft: null, components: [{ type: 'HOLOGRAM' }] };
    expect(definitionOf(template as never)).toBeNull();
  });
});
