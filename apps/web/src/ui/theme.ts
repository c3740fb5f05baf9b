import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Teal of the product: every step from 6 on is dark enough for white text (4.5:1). */
const chaski: MantineColorsTuple = [
  '#e6f6f5',
  '#cdeae8',
  '#9dd5d1',
  '#6abfba',
  '#3fa9a3',
  '#1f938d',
  '#0b7a75',
  '#08655f',
  '#06504c',
  '#043b38',
];

const theme = createTheme({
  primaryColor: 'chaski',
  primaryShade: 6,
  colors: { chaski },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily:
    'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari", sans-serif',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
    // The page itself never scrolls, and the lock would write a style that the content security policy refuses.
    Modal: { defaultProps: { lockScroll: false } },
    Drawer: { defaultProps: { lockScroll: false } },
    // All that opens over the page stands in a landmark of it.
    Portal: { defaultProps: { target: '#over' } },
    // A menu holds nothing but its items, and begins at the first.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // The list itself scrolls, which the keyboard does by its field: an area around it would be a stop without a name.
    Select: { defaultProps: { withScrollArea: false } },
    MultiSelect: { defaultProps: { withScrollArea: false } },
    TagsInput: { defaultProps: { withScrollArea: false } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
});

/** `close`: what every button that closes is called where nothing better is said. */
export const themeOf = (close: string) => ({
  ...theme,
  components: { ...theme.components, CloseButton: { defaultProps: { 'aria-label': close } } },
});

/** Surfaces of the inbox. Mantine's dimmed grey is 4.0:1 on white: ours are AA on every surface they stand on. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#55606b',
    '--mantine-color-placeholder': '#5f6b76',
    '--chaski-page': '#f5f7f8',
    '--chaski-pane': '#ffffff',
    '--chaski-line': '#e1e6ea',
    '--chaski-hover': '#eef2f4',
    '--chaski-chosen': '#e0f1f0',
    '--chaski-in': '#ffffff',
    '--chaski-out': '#d7f0ec',
    '--chaski-note': '#fff3c9',
    '--chaski-thread': '#eef1ee',
    '--chaski-read': '#0a5f9e',
    '--chaski-danger': '#b42318',
    '--mantine-color-error': '#b42318',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b4bd',
    '--mantine-color-placeholder': '#99a5af',
    '--chaski-page': '#14181b',
    '--chaski-pane': '#1b2024',
    '--chaski-line': '#2d353b',
    '--chaski-hover': '#242b30',
    '--chaski-chosen': '#123c3a',
    '--chaski-in': '#262d33',
    '--chaski-out': '#0f4a45',
    '--chaski-note': '#4a3f16',
    '--chaski-thread': '#15191b',
    '--chaski-read': '#6cb8f2',
    '--chaski-danger': '#ffa8a0',
    '--mantine-color-error': '#ffa8a0',
  },
});
