import { openRun } from '@/runs/open';

/** `/?run=ID`, as notifications link to it: show that run, and keep its id out of the address from then on. */
export function openLinkedRun(): void {
  const address = new URL(location.href);
  const id = address.searchParams.get('run');
  if (!id) return;
  address.searchParams.delete('run');
  history.replaceState(history.state, '', address);
  void openRun(id);
}
