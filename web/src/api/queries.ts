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
  versions: ['versions'],
  history: ['history'],
  running: ['running'],
  schedules: ['schedules'],
  hooks: ['hooks'],
  approvals: ['approvals'],
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

/** Others save, too, and nobody tells this page: what is looked at is asked for anew. */
const LOOKED_AT_MS = 5_000;

export const useSavedWorkflows = (enabled: boolean, lookedAt = false) =>
  useQuery({
    queryKey: keys.workflows,
    queryFn: api.workflows,
    enabled,
    staleTime: 0,
    refetchInterval: lookedAt && LOOKED_AT_MS,
  });

export const useVersions = (workflowId: string | undefined, enabled: boolean) =>
  useQuery({
    queryKey: [...keys.versions, workflowId],
    queryFn: () => api.versions(workflowId ?? ''),
    enabled: enabled && workflowId !== undefined,
    staleTime: 0,
    refetchInterval: LOOKED_AT_MS,
  });

/** How many runs are under way, in all. The history stream keeps it fresh. */
export const useRunning = () =>
  useQuery({
    queryKey: keys.running,
    queryFn: async ({ signal }) => (await api.history({}, null, 1, signal)).running,
  });

/** What waits for a person, of one run or of all. The history stream keeps it fresh. */
export const useApprovals = (run?: string) =>
  useQuery({
    queryKey: [...keys.approvals, run ?? null],
    queryFn: ({ signal }) => api.approvals(run, signal),
    staleTime: 0,
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

/** Of one workflow, or of all. Looked at again now and then: their times pass. */
export const useSchedules = (workflowId: string | undefined, enabled: boolean) =>
  useQuery({
    queryKey: [...keys.schedules, workflowId ?? null],
    queryFn: () => api.schedules(workflowId),
    enabled,
    staleTime: 0,
    refetchInterval: 15_000,
  });

/** The live schedule of a trigger; null while its workflow is not saved with it. */
export function useLiveSchedule(workflowId: string | undefined, triggerId: string | null | undefined) {
  const { data, error } = useSchedules(workflowId, workflowId !== undefined && Boolean(triggerId));
  return { data: data?.find((live) => live.triggerId === triggerId) ?? null, error };
}

export const useSchedulePreview = (cron: string, timezone: string | null) =>
  useQuery({
    queryKey: [...keys.schedules, 'preview', cron, timezone],
    queryFn: () => api.previewSchedule(cron, timezone),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

/** The address of a webhook; null while its workflow is not saved with it. */
export function useLiveHook(workflowId: string | undefined, triggerId: string | null | undefined) {
  const { data, error } = useQuery({
    queryKey: [...keys.hooks, workflowId],
    queryFn: () => api.hooks(workflowId ?? ''),
    enabled: workflowId !== undefined && Boolean(triggerId),
    staleTime: 0,
  });
  return { data: data?.find((hook) => hook.triggerId === triggerId) ?? null, error };
}

export const useHookCalls = (id: string) =>
  useQuery({
    queryKey: [...keys.hooks, id, 'calls'],
    queryFn: () => api.hookCalls(id),
    refetchInterval: 5_000,
  });

const ITEMS = 100;

/** What became of the items of a node: read again and again while it is `going`, and once it is over. */
export const useItems = (run: string, node: string, going: boolean) =>
  useInfiniteQuery({
    queryKey: ['items', run, node, going],
    refetchInterval: going ? 1_000 : false,
    queryFn: ({ pageParam, signal }) => api.items(run, node, pageParam, ITEMS, signal),
    initialPageParam: -1,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
