/** Times, lengths of time and sizes in words. A moment is ISO 8601, or milliseconds since 1970. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Moment = string | number;

function millis(moment: Moment): number {
  return new Date(moment).getTime();
}

/** "340 ms", "2.1 s", "3 min 20 s", "1 h 5 min". */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '';
  if (ms < 0) return '0 ms';
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / SECOND)} s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`;
}

const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "just now", "5 minutes ago", "in 2 hours", "yesterday". */
export function relative(moment: Moment, now: number): string {
  const ms = millis(moment) - now;
  const size = Math.abs(ms);
  if (size < 10 * SECOND) return 'just now';
  if (size < MINUTE) return relativeFormat.format(Math.round(ms / SECOND), 'second');
  if (size < HOUR) return relativeFormat.format(Math.round(ms / MINUTE), 'minute');
  if (size < DAY) return relativeFormat.format(Math.round(ms / HOUR), 'hour');
  return relativeFormat.format(Math.round(ms / DAY), 'day');
}

/** As `relative`, of what has happened: nothing of that is still to come, whatever clock says so. */
export function ago(moment: Moment, now: number): string {
  return relative(moment, Math.max(now, millis(moment)));
}

/** The exact moment, in the reader's own zone. */
export function exact(moment: Moment): string {
  return new Date(moment).toLocaleString('en', {
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
}

/** The moment as a clock in that zone shows it; the server may know zones that this browser does not. */
export function inZone(iso: string, timeZone: string): string {
  const date = new Date(iso);
  const parts = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  try {
    return date.toLocaleString('en-GB', { ...parts, timeZone });
  } catch {
    return `${date.toLocaleString('en-GB', { ...parts, timeZone: 'UTC' })} UTC`;
  }
}

/** Wall-clock time with milliseconds, for the log. By hand: `toLocaleTimeString` takes a second for 4,000 lines. */
export function clock(moment: Moment): string {
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** "Today", "Yesterday", "Monday, 3 March", with the year when it is not this one. */
export function dayOf(iso: string, now: number): string {
  const date = new Date(iso);
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (date.getTime() >= midnight) return 'Today';
  if (date.getTime() >= midnight - DAY) return 'Yesterday';
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

/** "512 B", "1.4 MB". */
export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  const units = ['KB', 'MB', 'GB'];
  let value = size / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
