import { notifications } from '@mantine/notifications';
import { vi } from 'vitest';

/** What the corner of the page would show, as "title: message". */
export function toastsSeen(): string[] {
  const seen: string[] = [];
  vi.spyOn(notifications, 'show').mockImplementation(({ id, title, message }) => {
    seen.push(message ? `${title}: ${message}` : String(title));
    return id ?? 'toast';
  });
  return seen;
}
