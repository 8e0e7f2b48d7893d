/** Whether the server answers. While it does not, it is asked again and again, and the page mends itself. */
import { create } from 'zustand';
import { api } from '@/api/client';
import { onReach } from '@/api/http';
import { queryClient } from './queryClient';

export const useConnection = create<{ lost: boolean }>()(() => ({ lost: false }));

const FIRST_MS = 1_000;
const MAX_MS = 8_000;

/** Start to watch; returns the way to stop. */
export function watchConnection(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const probe = (wait: number) => {
    timer = setTimeout(() => {
      api.health().catch(() => probe(Math.min(wait * 1.6, MAX_MS)));
    }, wait);
  };
  const stop = onReach((reached) => {
    const { lost } = useConnection.getState();
    if (reached === !lost) return;
    useConnection.setState({ lost: !reached });
    clearTimeout(timer);
    if (reached) void queryClient.invalidateQueries();
    else probe(FIRST_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
