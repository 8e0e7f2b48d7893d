import { Button } from '@mantine/core';
import clsx from 'clsx';
import { describe } from '@/api/http';
import { useItems } from '@/api/queries';
import type { ItemResult, ItemTally } from '@/api/types';
import { duration, exact } from '@/base/format';
import { Note } from '@/base/Note';
import output from '@/output/output.module.css';
import { itemsText } from '@/runs/counts';
import { STATUS_WORDS, StatusMark } from '@/runs/StatusMark';
import { shorten } from '@/workflow/describe';
import classes from './Panel.module.css';

interface Props {
  runId: string;
  nodeId: string;
  tally: ItemTally;
  /** More of them may come to an end. */
  going: boolean;
}

const HEADINGS = ['Item', 'Status', 'Attempts', 'Took', 'Result'];

/** What became of each item of a node that runs once per item. */
export function ItemTable({ runId, nodeId, tally, going }: Props) {
  const pages = useItems(runId, nodeId, going);
  const items = pages.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label="Items" className={classes.group}>
      <h3 className={classes.sectionTitle}>{itemsText(tally)}</h3>
      {pages.isError && (
        <Note tone="error" title="The items cannot be shown">
          {describe(pages.error)}
        </Note>
      )}
      {items.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className={output.tableBox} tabIndex={0} aria-label="Results by item">
          <table className={clsx(output.table, classes.items)}>
            <thead>
              <tr>
                {HEADINGS.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <ItemRow key={item.item} item={item} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {pages.hasNextPage && (
        <Button
          size="compact-xs"
          mt={8}
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </section>
  );
}

function ItemRow({ item }: { item: ItemResult }) {
  const words = item.error?.message ?? item.output?.text ?? '';
  return (
    <tr data-failed={item.status === 'failed' || undefined}>
      <td>{(item.item + 1).toLocaleString('en')}</td>
      <td>
        <span className={classes.status}>
          <StatusMark status={item.status} size={14} named={false} />
          {STATUS_WORDS[item.status]}
        </span>
      </td>
      <td>{item.attempt}</td>
      <td title={item.startTime ? exact(item.startTime) : undefined}>
        {item.reused ? 'reused' : duration(item.durationMs)}
      </td>
      <td title={words.length > 160 ? words : undefined}>{shorten(words, 160)}</td>
    </tr>
  );
}
