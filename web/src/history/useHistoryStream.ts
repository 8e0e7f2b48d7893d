import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '@/api/client';
import { pause } from '@/api/follow';
import { isAbort } from '@/api/http';
import { fromJson } from '@/api/json';
import { keys } from '@/api/queries';
import { readSse } from '@/api/sse';
import type { RunStatus } from '@/api/types';
import { noticeEnd, noticeMissedEnds } from '@/runs/backgroundToasts';
import { isOver } from '@/runs/record';
import { takeBackStop } from '@/runs/stopRun';

interface Hint {
  runId: string;
  status: RunStatus;
}

const REFRESH_MS = 400;
const RETRY_MS = 3_000;

/**
 * Keeps history and badge live. The stream is held by visible tabs alone: a browser grants six connections to a
 * server over HTTP/1.1, and hidden tabs must not use them up.
 */
export function useHistoryStream(): void {
  const client = useQueryClient();
  useEffect(() => {
    let controller: AbortController | null = null;
    const follow = () => {
      controller?.abort();
      controller = null;
      if (document.hidden) return;
      controller = new AbortController();
      void listen(client, controller.signal);
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      controller?.abort();
    };
  }, [client]);
}

async function listen(client: QueryClient, signal: AbortSignal): Promise<void> {
  const refresh = throttled(() => {
    void client.invalidateQueries({ queryKey: keys.history });
    void client.invalidateQueries({ queryKey: keys.running });
    void client.invalidateQueries({ queryKey: keys.approvals });
  }, REFRESH_MS);
  while (!signal.aborted) {
    try {
      const response = await api.historyStream(signal);
      refresh(); // what changed while nobody listened
      void noticeMissedEnds(signal);
      if (!response.body) return;
      for await (const message of readSse(response.body, signal)) {
        const hint = fromJson(message.data) as Hint;
        noticeEnd(hint.runId, hint.status);
        if (isOver(hint.status)) takeBackStop(hint.runId);
        refresh();
      }
    } catch (error) {
      if (isAbort(error)) return;
    }
    await pause(RETRY_MS, signal);
  }
}

/** At most one call in `ms`, the last one never lost. */
function throttled(call: () => void, ms: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      call();
    }, ms);
  };
}
