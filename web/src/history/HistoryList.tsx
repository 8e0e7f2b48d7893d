import type { RunSummary } from '@/api/types';
import { dayOf } from '@/base/format';
import { useMinute } from '@/base/useMinute';
import classes from './HistoryDrawer.module.css';
import { HistoryRow } from './HistoryRow';

interface Day {
  day: string;
  runs: RunSummary[];
}

/** Runs in their order, cut where the day changes. */
export function groupByDay(runs: readonly RunSummary[], now: number): Day[] {
  const days: Day[] = [];
  for (const run of runs) {
    const day = dayOf(run.createdAt, now);
    const last = days.at(-1);
    if (last?.day === day) last.runs.push(run);
    else days.push({ day, runs: [run] });
  }
  return days;
}

export function HistoryList({ runs }: { runs: readonly RunSummary[] }) {
  const now = useMinute();
  return groupByDay(runs, now).map(({ day, runs: ofDay }) => (
    <section key={day} aria-label={day}>
      <h3 className={classes.day}>{day}</h3>
      <ul className={classes.list}>
        {ofDay.map((run) => (
          <HistoryRow key={run.id} run={run} now={now} />
        ))}
      </ul>
    </section>
  ));
}
