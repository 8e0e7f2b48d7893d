/** The part of a log before the lines that came with its run. */
import { api } from '@/api/client';
import type { RunEvent } from '@/api/events';
import { useRun } from './store';

const PAGE = 2_000;

/** As many lines come by themselves; what is before them comes when it is asked for. */
const UNASKED = 10_000;

/** Read backwards, and put up in one piece: lines that move while they are read are hard to read. */
export async function loadEarlier(runId: string, signal?: AbortSignal, most = UNASKED): Promise<void> {
  const { run } = useRun.getState();
  let before = run?.id === runId ? run.logs[0]?.seq : undefined;
  const pages: RunEvent[][] = [];
  let count = 0;
  try {
    while (before !== undefined && before > 1 && count < most) {
      const page = await api.logBefore(runId, before, PAGE, signal);
      if (page.logs.length === 0) break;
      pages.unshift(page.logs);
      count += page.logs.length;
      before = page.previous ?? undefined;
    }
  } catch {
    // What came is shown; the panel offers the rest, and asking again says what is wrong.
  }
  if (!signal?.aborted && count > 0) useRun.getState().extendLog(runId, pages.flat());
}
