/** The server's state, as React Query hooks. */
import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api } from './client';
import { isUnreachable } from './http';
import type { HistoryFilter } from './types';

export const keys = {
  info: ['info'],
  catalogue: ['catalogue'],
  templates: ['templates'],
  workflows: ['workflows'],
  history: ['history'],
  running: ['running'],
} as const;

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A refusal will be the same the second time; only a server that is away is worth another try.
        retry: (count, error) => isUnreachable(error) && count < 3,
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

const FIXED = { staleTime: 5 * 60_000 };

export const useInfo = () => useQuery({ queryKey: keys.info, queryFn: api.info, ...FIXED });
export const useCatalogue = () => useQuery({ queryKey: keys.catalogue, queryFn: api.catalogue, ...FIXED });
export const useTemplates = () => useQuery({ queryKey: keys.templates, queryFn: api.templates, ...FIXED });

export const useSavedWorkflows = (enabled: boolean) =>
  useQuery({ queryKey: keys.workflows, queryFn: api.workflows, enabled, staleTime: 0 });

/** How many runs are under way, in all. The history stream keeps it fresh. */
export const useRunning = () =>
  useQuery({
    queryKey: keys.running,
    queryFn: async ({ signal }) => (await api.history({}, null, 1, signal)).running,
  });

export const useHistory = (filter: HistoryFilter) =>
  useInfiniteQuery({
    queryKey: [...keys.history, filter],
    queryFn: ({ pageParam, signal }) => api.history(filter, pageParam, undefined, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
