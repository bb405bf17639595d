import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/** A quiet blue-green: the colour of buttons and selections. */
const bridge: MantineColorsTuple = [
  '#e9f6f7',
  '#d5e9eb',
  '#abd3d7',
  '#7dbbc2',
  '#58a7b0',
  '#409aa5',
  '#2f939f',
  '#1b7c88',
  '#0c6a75',
  '#00575f',
]

/** Calm and dense: small type, small radii, system fonts, no decorative animation. */
export const theme = createTheme({
  primaryColor: 'bridge',
  primaryShade: { light: 8, dark: 7 },
  colors: { bridge },
  autoContrast: true,
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  spacing: { xs: '0.375rem', sm: '0.625rem', md: '0.875rem', lg: '1.25rem', xl: '2rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.35' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', size: 'md' } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    MultiSelect: { defaultProps: { size: 'sm' } },
    NumberInput: { defaultProps: { size: 'sm' } },
    Switch: { defaultProps: { size: 'sm' } },
    Checkbox: { defaultProps: { size: 'sm' } },
    Text: { defaultProps: { size: 'md' } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', fz: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    // An element that only takes the focus must not stand among a menu's items.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // Lists and menus belong to the page's main landmark (shell.tsx), wherever they are drawn.
    Popover: { defaultProps: { portalProps: { target: '#main' } } },
    Modal: { defaultProps: { centered: true } },
    // The colour of a title on its own tint is too pale to be read.
    Alert: { styles: { title: { color: 'var(--mantine-color-text)' } } },
    Paper: { defaultProps: { withBorder: true } },
  },
})

/**
 * Quiet text stays readable: at least 4.5 to 1 on every background, in both schemes. Borders of what is operated
 * (`--bridge-control`) have at least 3 to 1; other lines only separate.
 */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545c64',
    '--mantine-color-placeholder': '#6b737b',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-body': '#ffffff',
    '--bridge-ground': '#f4f6f7',
    '--bridge-line': '#dfe3e6',
    '--bridge-control': '#868e96',
    '--mantine-color-default-border': '#868e96',
    '--bridge-bar-clients': '#0c6a75',
    '--bridge-bar-employees': '#e0a13c',
  },
  dark: {
    '--mantine-color-dimmed': '#a6adb4',
    '--mantine-color-placeholder': '#8f979f',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-body': '#1b1f22',
    '--bridge-ground': '#15181a',
    '--bridge-line': '#30363a',
    '--bridge-control': '#7b848c',
    '--mantine-color-default-border': '#7b848c',
    '--bridge-bar-clients': '#4fb3bf',
    '--bridge-bar-employees': '#d89a35',
  },
})
