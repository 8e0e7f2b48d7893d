/** The part of a log before the lines that came with its run. */
import { api } from '@/api/client';
import type { RunEvent } from '@/api/types';
import { useRun } from './runStore';

const PAGE = 2_000;

/** As many lines come by themselves; what is before them comes when it is asked for. */
const UNASKED = 10_000;

/** Put up in one piece: lines that move while they are read are hard to read. */
export async function loadEarlier(runId: string, signal?: AbortSignal, most = UNASKED): Promise<void> {
  const pages: RunEvent[][] = [];
  try {
    for await (const page of pagesBefore(runId, most, signal)) pages.unshift(page);
  } catch {
    // What came is shown; the panel offers the rest, and asking again says what is wrong.
  }
  if (!signal?.aborted && pages.length > 0) useRun.getState().extendLog(runId, pages.flat());
}

/** All of it, as it is now. Throws where a part cannot be had: half a log looks like a whole one. */
export async function wholeLog(runId: string): Promise<RunEvent[]> {
  const here = useRun.getState().run?.logs ?? [];
  const pages: RunEvent[][] = [];
  for await (const page of pagesBefore(runId, Number.POSITIVE_INFINITY)) pages.unshift(page);
  return [...pages.flat(), ...here];
}

/** Read backwards, from the first line that is here. */
async function* pagesBefore(runId: string, most: number, signal?: AbortSignal): AsyncGenerator<RunEvent[]> {
  const { run } = useRun.getState();
  let before = run?.id === runId ? run.logs[0]?.seq : undefined;
  let count = 0;
  while (before !== undefined && before > 1 && count < most) {
    const page = await api.logBefore(runId, before, PAGE, signal);
    if (page.logs.length === 0) return;
    count += page.logs.length;
    before = page.previous ?? undefined;
    yield page.logs;
  }
}
