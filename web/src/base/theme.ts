import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Warm greys for light, cool ones for dark. Neutral is the default of every control. */
const gray: MantineColorsTuple = [
  '#f7f7f5',
  '#f0f0ee',
  '#e6e6e2',
  '#dadad5',
  '#c9c9c4',
  '#9b9b95',
  '#66665f',
  '#52524d',
  '#363633',
  '#1c1c1a',
];
const dark: MantineColorsTuple = [
  '#ececf0',
  '#c9c9d1',
  '#a6a6b1',
  '#7f7f8b',
  '#3f3f48',
  '#313138',
  '#232328',
  '#1b1b1f',
  '#161619',
  '#111113',
];

/** The one accent: kept for what moves the user's work forward. */
export const ACCENT = 'var(--vg-accent)';
/** For what cannot be taken back. */
export const DANGER = 'var(--vg-danger)';

export const theme = createTheme({
  primaryColor: 'gray',
  primaryShade: { light: 9, dark: 1 },
  autoContrast: true,
  luminanceThreshold: 0.4,
  colors: { gray, dark },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: { fontWeight: '600' },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: { defaultProps: { openDelay: 400, multiline: true, maw: 280, withinPortal: true, fz: 'xs' } },
    Modal: {
      defaultProps: { centered: true, closeOnEscape: false, overlayProps: { backgroundOpacity: 0.35 } },
      styles: { title: { fontWeight: 600, fontSize: 16 } },
    },
    // Esc is heard in one place: shell/escape.ts.
    Drawer: {
      defaultProps: { closeOnEscape: false },
      styles: { title: { fontWeight: 600, fontSize: 16 } },
    },
    Popover: { defaultProps: { closeOnEscape: false } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'lg' } },
    Button: { defaultProps: { variant: 'default' } },
    Menu: {
      defaultProps: {
        shadow: 'md',
        width: 230,
        position: 'bottom-start',
        withInitialFocusPlaceholder: false,
      },
    },
    ScrollArea: { defaultProps: { type: 'auto', scrollbarSize: 8 } },
  },
});

/** The nonce the server put into the page, for the style tags that libraries add. */
export function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce || meta?.getAttribute('nonce') || meta?.content || '';
}
