/** What is open and where the user is: nothing here is part of the document. */
import { create } from 'zustand';
import type { Place } from './address';

export type Mode = 'edit' | 'new';
/** What an address names and the page could not show. `missing`: it is not there, as opposed to a failure. */
export interface Gone {
  place: Place;
  missing: boolean;
  message: string;
}

export type Dialog = 'open-workflow' | 'versions' | 'schedules' | 'workflow-settings' | 'shortcuts' | null;

interface UiState {
  /** The node or trigger whose panel is open. */
  inspected: string | null;
  /** Ids selected on the canvas. */
  selected: string[];
  /** Ids to select as soon as the canvas has them. */
  toSelect: string[] | null;
  /** Nodes lit up by a clause under the pointer. */
  highlighted: readonly string[];
  libraryOpen: boolean;
  historyOpen: boolean;
  dockOpen: boolean;
  dialog: Dialog;
  paletteUsed: boolean;
  mode: Mode;
  command: string;
  background: boolean;
  /** Height of what floats over the lower edge of the canvas, in CSS pixels. */
  bottomInset: number;
  /** What is being fetched because the address names it. */
  opening: Place | null;
  gone: Gone | null;
  /** Counts up when the canvas should show the graph anew. */
  fitRequest: number;
  /** All of it was asked for, however small that gets. */
  fitWhole: boolean;
}

interface UiActions {
  set: (change: Partial<UiState>) => void;
  inspect: (id: string | null) => void;
  requestFit: (whole?: boolean) => void;
  setBackground: (background: boolean) => void;
}

const BACKGROUND_KEY = 'voicegraph-background';

function keptBackground(): boolean {
  try {
    return localStorage.getItem(BACKGROUND_KEY) === 'true';
  } catch {
    return false;
  }
}

export const useUi = create<UiState & UiActions>()((set) => ({
  inspected: null,
  selected: [],
  toSelect: null,
  highlighted: [],
  libraryOpen: false,
  historyOpen: false,
  dockOpen: false,
  dialog: null,
  paletteUsed: false,
  mode: 'edit',
  command: '',
  background: keptBackground(),
  bottomInset: 120,
  opening: null,
  gone: null,
  fitRequest: 0,
  fitWhole: false,
  set: (change) => set(change),
  inspect: (inspected) => set({ inspected }),
  requestFit: (fitWhole = false) => set((state) => ({ fitRequest: state.fitRequest + 1, fitWhole })),
  setBackground: (background) => {
    set({ background });
    try {
      localStorage.setItem(BACKGROUND_KEY, String(background));
    } catch {
      // Not kept, then: it still holds until the page is left.
    }
  },
}));
