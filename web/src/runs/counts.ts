/** Counts of runs and items in words. */
import type { ItemTally } from '@/api/types';

/** "1 run", "1,200 runs". */
export function runsText(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'run' : 'runs'}`;
}

/** How far a node is that runs once per item: "3 of 10 items", "10 items, 7 reused, 2 failed". */
export function itemsText(items: ItemTally | null | undefined): string {
  if (!items) return '';
  const settled = items.done + items.failed;
  const count = (number: number) => number.toLocaleString('en');
  const all = `${count(items.total)} ${items.total === 1 ? 'item' : 'items'}`;
  const far = settled < items.total ? `${count(settled)} of ${all}` : all;
  const reused = items.reused > 0 ? `, ${count(items.reused)} reused` : '';
  const failed = items.failed > 0 ? `, ${count(items.failed)} failed` : '';
  return `${far}${reused}${failed}`;
}
