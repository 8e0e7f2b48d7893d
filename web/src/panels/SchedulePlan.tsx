import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { describe } from '@/api/http';
import { useSchedulePreview } from '@/api/queries';
import type { Schedule } from '@/api/types';
import { inZone } from '@/base/format';
import { Note } from '@/base/Note';
import { MISFIRE, OVERLAP } from '@/workflow/describe';
import classes from './Panel.module.css';

const choices = (words: Record<string, string>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

interface PoliciesProps {
  schedule: Schedule;
  readOnly: boolean;
  onChange: (part: Partial<Schedule>) => void;
}

/** What becomes of times that cannot be kept. */
export function Policies({ schedule, readOnly, onChange }: PoliciesProps) {
  return (
    <>
      <Select
        label="Times missed while the server was down"
        data={choices(MISFIRE)}
        value={schedule.misfire ?? 'once'}
        allowDeselect={false}
        disabled={readOnly}
        onChange={(value) => value && onChange({ misfire: value as NonNullable<Schedule['misfire']> })}
      />
      <Select
        label="When the run before is still under way"
        data={choices(OVERLAP)}
        value={schedule.overlap ?? 'skip'}
        allowDeselect={false}
        disabled={readOnly}
        onChange={(value) => value && onChange({ overlap: value as NonNullable<Schedule['overlap']> })}
      />
    </>
  );
}

/** A time zone is typed letter by letter; half of one is no news. */
const TYPING_MS = 300;

/** When it comes next, in the zone of the schedule. */
export function NextTimes({ schedule }: { schedule: Schedule }) {
  const [cron] = useDebouncedValue(schedule.cron, TYPING_MS);
  const [zone] = useDebouncedValue(schedule.timezone ?? null, TYPING_MS);
  const { data: preview, error } = useSchedulePreview(cron, zone);
  if (error) return <Note tone="error">{describe(error)}</Note>;
  if (!preview) return null;
  return (
    <section aria-label="Next times">
      <h3 className={classes.sectionTitle}>Next times ({preview.zone})</h3>
      <ol className={classes.times}>
        {preview.next.map((time) => (
          <li key={time}>
            <time dateTime={time}>{inZone(time, preview.zone)}</time>
          </li>
        ))}
      </ol>
      {preview.next.length === 0 && <p className={classes.description}>It never comes.</p>}
    </section>
  );
}
