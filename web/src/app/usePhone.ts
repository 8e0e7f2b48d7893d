import { useMediaQuery } from '@mantine/hooks';

/** True on narrow screens, where panels cover the canvas instead of standing beside it. */
export function usePhone(): boolean {
  return useMediaQuery('(max-width: 700px)', undefined, { getInitialValueInEffect: false }) ?? false;
}
