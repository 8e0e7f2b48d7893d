/** The deletion of many runs: it goes on, is looked after and can be stopped, also while the history is closed. */
import { create } from 'zustand';
import { api } from '@/api/client';
import { pause } from '@/api/follow';
import { keys } from '@/api/queries';
import type { Removal, RemovalRequest } from '@/api/types';
import { queryClient } from '@/base/queryClient';
import { toast, toastError } from '@/base/toasts';
import { runsText } from '@/runs/counts';
import { unselect } from './historyView';

const LOOK_MS = 300;

interface RemovalState {
  /** What is being deleted; null when nothing is. */
  removal: Removal | null;
  remove: (which: RemovalRequest) => Promise<void>;
  cancel: () => Promise<void>;
}

export const useRemoval = create<RemovalState>()((set, get) => ({
  removal: null,
  remove: async (which) => {
    let trouble = 'The runs could not be deleted';
    try {
      let now = await api.removeRuns(which);
      trouble = 'The deletion cannot be followed any further';
      unselect();
      while (now.state === 'running') {
        set({ removal: now });
        await pause(LOOK_MS);
        now = await api.removal(now.id);
      }
      if (now.state === 'failed') toastError('The runs were not all deleted', new Error(now.error ?? ''));
      else toast(`${runsText(now.deleted)} deleted${now.state === 'cancelled' ? ', then stopped' : ''}`);
    } catch (error) {
      toastError(trouble, error);
    }
    set({ removal: null });
    void queryClient.invalidateQueries({ queryKey: keys.history });
    void queryClient.invalidateQueries({ queryKey: keys.running });
  },
  cancel: async () => {
    const { removal } = get();
    if (!removal) return;
    try {
      await api.cancelRemoval(removal.id);
    } catch (error) {
      toastError('The deletion was not stopped', error);
    }
  },
}));
