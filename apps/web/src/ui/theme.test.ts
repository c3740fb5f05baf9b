import type { MantineTheme } from '@mantine/core';
import { expect, test } from 'vitest';
import { cssVariables } from './theme.ts';

/** Of WCAG: how much of light a colour is. */
function light(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, bright = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

// Pages that a walk with axe sees hold no link in every kind of bubble.
test.each(['light', 'dark'] as const)('links are read on every bubble: %s', (scheme) => {
  const colours = cssVariables({} as MantineTheme)[scheme];
  for (const bubble of ['in', 'out', 'note'])
    expect(contrast(colours['--chaski-read']!, colours[`--chaski-${bubble}`]!), bubble).toBeGreaterThan(4.5);
});
