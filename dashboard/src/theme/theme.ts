import {
  type CSSVariablesResolver,
  createTheme,
  DEFAULT_THEME,
  type MantineColorsTuple,
  mergeMantineTheme,
} from '@mantine/core';

const indigo: MantineColorsTuple = [
  '#eef2ff',
  '#e0e7ff',
  '#c7d2fe',
  '#a5b4fc',
  '#818cf8',
  '#6366f1',
  '#4f46e5',
  '#4338ca',
  '#3730a3',
  '#312e81',
];

/** Behind dialogs nothing scrolls anyway (they cover the page); the library that would lock it writes a style element. */
const dialog = { defaultProps: { lockScroll: false } };

/** The list of options scrolls itself: a region that scrolls within it would have to take the focus (WCAG 2.1.1), which stays in the field. */
const list = {
  defaultProps: { withScrollArea: false },
  styles: (_: unknown, { maxDropdownHeight = 260 }: { maxDropdownHeight?: number | string }) => ({
    options: { maxHeight: maxDropdownHeight, overflowY: 'auto' as const },
  }),
};

/** A menu has items and nothing else: the first has the focus, not an element before it. */
const menu = { defaultProps: { withInitialFocusPlaceholder: false } };

export const theme = mergeMantineTheme(
  DEFAULT_THEME,
  createTheme({
    primaryColor: 'indigo',
    primaryShade: { light: 6, dark: 6 },
    colors: { indigo },
    autoContrast: true,
    luminanceThreshold: 0.35,
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif',
    fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
    headings: { fontWeight: '650' },
    defaultRadius: 'md',
    cursorType: 'pointer',
    respectReducedMotion: true,
    components: {
      ...{ Modal: dialog, Drawer: dialog, Menu: menu },
      ...{ Select: list, MultiSelect: list, Autocomplete: list, TagsInput: list },
    },
  }),
);

const COLORS = Object.keys(theme.colors);

/** White on it is read in light and dark. */
const red = {
  '--mantine-color-red-filled': 'var(--mantine-color-red-9)',
  '--mantine-color-red-filled-hover': 'color-mix(in srgb, var(--mantine-color-red-9) 88%, black)',
};

/** What is different from Mantine's own variables: texts that WCAG 2.2 AA finds dark, or light, enough (4.5 : 1). */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...red,
    '--mantine-color-body': '#ffffff',
    '--mantine-color-dimmed': '#55606e',
    '--mantine-color-placeholder': '#667085',
    '--mantine-color-error': '#b42318',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-7)',
    '--app-background': '#f6f7fb',
    '--app-surface': '#ffffff',
    '--app-border': '#e4e7ee',
    ...Object.fromEntries(
      COLORS.map((color) => [
        `--mantine-color-${color}-light-color`,
        `color-mix(in srgb, var(--mantine-color-${color}-9) 70%, black)`,
      ]),
    ),
  },
  dark: {
    ...red,
    '--mantine-color-indigo-filled': 'color-mix(in srgb, var(--mantine-color-indigo-5) 60%, var(--mantine-color-indigo-6))',
    '--mantine-color-body': '#15171e',
    '--mantine-color-dimmed': '#acb4c0',
    '--mantine-color-placeholder': '#939cab',
    '--mantine-color-error': '#ff8f87',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-3)',
    '--app-background': '#0f1116',
    '--app-surface': '#181b23',
    '--app-border': '#2b303b',
    ...Object.fromEntries(
      COLORS.map((color) => [`--mantine-color-${color}-light-color`, `var(--mantine-color-${color}-2)`]),
    ),
  },
});
