import { createSpotlight } from '@mantine/spotlight';
import { useUi } from '@/base/ui';

export const [paletteStore, palette] = createSpotlight();

/** The palette itself is fetched when it is first opened. */
export function openPalette(): void {
  useUi.getState().set({ paletteUsed: true });
  palette.open();
}
