import { useMediaQuery } from '@mantine/hooks';

const NARROW = '(max-width: 700px)';

/** True on narrow screens, where panels cover the canvas instead of standing beside it. */
export function usePhone(): boolean {
  return useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false;
}

export function isPhone(): boolean {
  return window.matchMedia(NARROW).matches;
}
