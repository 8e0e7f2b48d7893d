/** The page's addresses: `/w/ID` a saved workflow, `/runs/ID` a run, `/` what is not saved yet. */
import type { MouseEvent } from 'react';

export type Place = { kind: 'draft' } | { kind: 'workflow' | 'run'; id: string };

const PATHS = { workflow: '/w/', run: '/runs/' } as const;

export const workflowPath = (id: string) => PATHS.workflow + encodeURIComponent(id);
export const runPath = (id: string) => PATHS.run + encodeURIComponent(id);

export function pathOf(place: Place): string {
  return place.kind === 'draft' ? '/' : PATHS[place.kind] + encodeURIComponent(place.id);
}

/** What an address names. `/?run=ID` is how notifications linked to a run before runs had addresses. */
export function placeOf({ pathname, search }: { pathname: string; search: string }): Place {
  for (const kind of ['workflow', 'run'] as const) {
    const id = pathname.startsWith(PATHS[kind]) ? pathname.slice(PATHS[kind].length).replace(/\/$/, '') : '';
    if (id) return { kind, id: decoded(id) };
  }
  const linked = new URLSearchParams(search).get('run');
  return linked ? { kind: 'run', id: linked } : { kind: 'draft' };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone % names nothing; that is said when it is looked for
  }
}

/** For a link inside the page: a plain click opens it here; with a key or another button the browser opens a tab. */
export function onPlainClick(open: () => void) {
  return (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  };
}
