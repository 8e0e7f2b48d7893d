/** What is not needed for the first paint: each part is fetched when it is first shown, or before, in a quiet moment. */
import { type ComponentType, lazy } from 'react';

const loaders: (() => Promise<unknown>)[] = [];

function part<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  loaders.push(load);
  return lazy(async () => ({ default: await load() }));
}

export const NodePanel = part(async () => (await import('@/panels/NodePanel')).NodePanel);
export const NodeLibrary = part(async () => (await import('@/panels/NodeLibrary')).NodeLibrary);
export const Dock = part(async () => (await import('@/runs/Dock')).Dock);
export const RunBar = part(async () => (await import('@/runs/RunBar')).RunBar);
export const AnotherRunDialog = part(async () => (await import('@/runs/AnotherRunDialog')).AnotherRunDialog);
export const RunDialog = part(async () => (await import('@/runs/RunDialog')).RunDialog);
export const HistoryDrawer = part(async () => (await import('@/history/HistoryDrawer')).HistoryDrawer);
export const SavedWorkflows = part(async () => (await import('@/saved/SavedWorkflows')).SavedWorkflows);
export const Versions = part(async () => (await import('@/saved/Versions')).Versions);
export const ConflictDialog = part(async () => (await import('@/saved/ConflictDialog')).ConflictDialog);
export const WorkflowSettings = part(
  async () => (await import('@/panels/WorkflowSettings')).WorkflowSettings,
);
export const Schedules = part(async () => (await import('@/panels/Schedules')).Schedules);
export const Palette = part(async () => (await import('./Palette')).Palette);

const QUIET_MS = 1_500;

/** So that a server which is away, or was replaced by a newer one, keeps nothing of the page from opening. */
export function fetchParts(): () => void {
  const timer = setTimeout(async () => {
    for (const load of loaders) await load().catch(() => undefined); // it is asked for again when it is needed
  }, QUIET_MS);
  return () => clearTimeout(timer);
}
