import { Button } from '@mantine/core';
import { useState } from 'react';
import classes from './output.module.css';
import { cellText, columnsOf, type Row } from './shapes';

const PAGE = 100;

interface Props {
  rows: readonly Row[];
  /** They are the first of more. */
  cut?: boolean;
}

export function RowTable({ rows, cut = false }: Props) {
  const [shown, setShown] = useState(PAGE);
  const columns = columnsOf(rows);
  const visible = rows.slice(0, shown);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={classes.tableBox} tabIndex={0} aria-label="Rows">
        <table className={classes.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {visible.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a result have no identity and never move
              <tr key={index}>
                {columns.map((column) => (
                  <td key={column}>{cellText(row[column])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className={classes.note}>
        {cut && 'The first '}
        {rows.length.toLocaleString('en')} {rows.length === 1 ? 'row' : 'rows'}
        {rows.length > shown && (
          <Button size="compact-xs" ml={8} onClick={() => setShown(shown + PAGE * 5)}>
            Show more
          </Button>
        )}
      </p>
    </>
  );
}
