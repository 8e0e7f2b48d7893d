import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import type { HistoryFilter, WorkflowStatistics } from '@/api/types';
import { Dialog } from '@/base/Dialog';
import { bytes, duration } from '@/base/format';
import { usePhone } from '@/base/usePhone';
import classes from './HistoryTools.module.css';
import { useHistoryView } from './historyView';

const count = (value: number | null) => (value === null ? '–' : value.toLocaleString('en'));
const percent = (value: number | null) => (value === null ? '–' : `${Math.round(value * 100)} %`);

/** Dollars as reported; a star where a part is our estimate. */
export function cost(value: number | null, estimated: boolean): string {
  if (value === null) return '–';
  return `$${value.toFixed(value < 1 ? 4 : 2)}${estimated ? ' *' : ''}`;
}

const FIGURES: [heading: string, figure: (one: WorkflowStatistics) => string][] = [
  ['Runs', (one) => count(one.runs)],
  ['Success', (one) => percent(one.successRate)],
  ['Typical', (one) => duration(one.p50Ms) || '–'],
  ['Slow (p95)', (one) => duration(one.p95Ms) || '–'],
  ['Cost', (one) => cost(one.cost, one.estimated)],
  ['Tokens in / out', (one) => `${count(one.inputTokens)} / ${count(one.outputTokens)}`],
];

export function StatisticsDialog({ filter }: { filter: HistoryFilter }) {
  const open = useHistoryView((state) => state.statisticsOpen);
  const phone = usePhone();
  return (
    <Dialog
      opened={open}
      onClose={() => useHistoryView.getState().set({ statisticsOpen: false })}
      title="Statistics"
      size={860}
      fullScreen={phone}
      closeButtonProps={{ 'aria-label': 'Close the statistics' }}
    >
      {open && <Figures filter={filter} />}
    </Dialog>
  );
}

function Figures({ filter }: { filter: HistoryFilter }) {
  const { data, error } = useQuery({
    queryKey: ['history', 'statistics', filter],
    queryFn: ({ signal }) => api.statistics(filter, signal),
  });
  if (error) return <p role="alert">The statistics could not be loaded. {describe(error)}</p>;
  if (!data) return <Skeleton h={120} />;
  if (data.workflows.length === 0)
    return <p>No run fits the filter. As soon as workflows have run, their figures are here.</p>;
  return (
    <>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              {['Workflow', ...FIGURES.map(([heading]) => heading)].map((heading) => (
                <th key={heading} scope="col">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.workflows.map((one) => (
              <Line key={one.workflowId} one={one} />
            ))}
          </tbody>
        </table>
      </div>
      <p className={classes.note}>
        Of the runs that the filter shows. Half of the runs take no longer than “typical”, 95 of 100 no longer
        than “slow”. Cost and tokens are what the models’ providers reported
        {data.workflows.some((one) => one.estimated) ? '; * means that a part is estimated' : ''}.
      </p>
      <Disk />
    </>
  );
}

function Line({ one }: { one: WorkflowStatistics }) {
  const show = () =>
    useHistoryView
      .getState()
      .set({ statisticsOpen: false, workflow: { id: one.workflowId, name: one.name } });
  return (
    <tr>
      <td>
        <button
          type="button"
          className={classes.link}
          onClick={show}
          aria-label={`Show the runs of “${one.name}”`}
        >
          {one.name}
        </button>
      </td>
      {FIGURES.map(([heading, figure]) => (
        <td key={heading} data-label={heading}>
          {figure(one)}
        </td>
      ))}
    </tr>
  );
}

/** What the history takes on disk, and how long runs are kept. */
function Disk() {
  const { data: disk } = useQuery({ queryKey: ['history', 'disk'], queryFn: api.disk });
  const { data: kept } = useQuery({ queryKey: ['history', 'retention'], queryFn: api.retention });
  if (!disk || !kept) return null;
  const limits = [
    kept.days !== null && `for ${kept.days} days`,
    kept.runs !== null && `the newest ${count(kept.runs)}`,
  ].filter(Boolean);
  return (
    <p className={classes.note}>
      On disk: {bytes(disk.database + disk.log)} database, {bytes(disk.files)} files; {bytes(disk.left)} are
      left. Runs are kept {limits.length > 0 ? limits.join(', ') : 'until you delete them'}.
    </p>
  );
}
