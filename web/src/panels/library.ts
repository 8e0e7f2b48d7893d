import type { ActionGroup, ActionInfo } from '@/api/types';

const GROUPS: [ActionGroup, string][] = [
  ['source', 'Sources'],
  ['ai', 'AI'],
  ['logic', 'Logic'],
  ['delivery', 'Delivery'],
  ['tool', 'Tools'],
];

export interface Group {
  group: ActionGroup;
  title: string;
  actions: ActionInfo[];
}

/** The groups in reading order, empty ones left out. */
export function groupActions(actions: readonly ActionInfo[]): Group[] {
  return GROUPS.map(([group, title]) => ({
    group,
    title,
    actions: actions.filter((action) => action.group === group),
  })).filter(({ actions: ofGroup }) => ofGroup.length > 0);
}

/** Actions that have every word of the query; those with it in the title come first. */
export function searchActions(actions: readonly ActionInfo[], query: string): ActionInfo[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...actions];
  const hits = actions.filter((action) => {
    const text = `${action.title} ${action.type} ${action.action} ${action.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const inTitle = (action: ActionInfo) => words.every((word) => action.title.toLowerCase().includes(word));
  return [...hits.filter(inTitle), ...hits.filter((action) => !inTitle(action))];
}
