/** What the history shows: its filter, what is selected in it, and which of its dialogs is open. */
import { create } from 'zustand';
import type { HistoryFilter, RunStatus, RunSummary } from '@/api/types';

export type TriggerKind = RunSummary['trigger'];

export interface Chosen {
  statuses: RunStatus[];
  triggers: TriggerKind[];
  /** Days as date fields give them: "2026-03-01", both included; empty for none. */
  from: string;
  to: string;
  workflow: { id: string; name: string } | null;
}

export const NOTHING: Chosen = { statuses: [], triggers: [], from: '', to: '', workflow: null };

interface HistoryView extends Chosen {
  selected: ReadonlySet<string>;
  statisticsOpen: boolean;
  comparing: [string, string] | null;
  set: (change: Partial<Omit<HistoryView, 'set' | 'toggle'>>) => void;
  toggle: (id: string) => void;
}

const NONE: ReadonlySet<string> = new Set();

export const useHistoryView = create<HistoryView>()((set) => ({
  ...NOTHING,
  selected: NONE,
  statisticsOpen: false,
  comparing: null,
  set: (change) => set(change),
  toggle: (id) =>
    set((state) => {
      const selected = new Set(state.selected);
      if (!selected.delete(id)) selected.add(id);
      return { selected };
    }),
}));

export const unselect = () => useHistoryView.getState().set({ selected: NONE });

export const isFiltered = (chosen: Chosen) =>
  chosen.statuses.length + chosen.triggers.length > 0 || Boolean(chosen.from || chosen.to || chosen.workflow);

/** A day of the reader's own zone as the moment it begins, `later` days after. */
function midnight(day: string, later = 0): string | null {
  const [year = Number.NaN, month = 1, date = 1] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date + later);
  return day && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}

/** The filter as the server takes it. */
export function toFilter(chosen: Chosen, q = ''): HistoryFilter {
  const since = midnight(chosen.from);
  const until = midnight(chosen.to, 1);
  return {
    ...(chosen.statuses.length > 0 ? { status: chosen.statuses } : {}),
    ...(chosen.triggers.length > 0 ? { trigger: chosen.triggers } : {}),
    ...(chosen.workflow ? { workflow: chosen.workflow.id } : {}),
    ...(q ? { q } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
  };
}
