/** Short notes in the corner. What the user needs stays until it is closed. */
import { type NotificationData, notifications, notificationsStore } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { describe, isAbort } from '@/api/http';

const CLOSE = { 'aria-label': 'Close this message' };

/** What is said again takes the place of what was said before. */
function put(id: string, data: Omit<NotificationData, 'id'>): void {
  notifications[shownAs(id) ? 'update' : 'show']({ withBorder: true, closeButtonProps: CLOSE, ...data, id });
}

function shownAs(id: string): NotificationData | undefined {
  const { notifications: shown, queue } = notificationsStore.getState();
  return [...shown, ...queue].find((one) => one.id === id);
}

/** `id`: by which it is closed once that is mended; the next try says it anew. `more`: what else there is to know. */
export function toastError(title: string, error: unknown, id = title, more = ''): void {
  if (isAbort(error)) return;
  const message = [describe(error), more].filter(Boolean).join(' ');
  put(id, { title, message, color: 'red', autoClose: false, role: 'alert' });
}

const READ_MS = 4_000;

/** Five saves are one note, and it is read from the last. */
export function toast(
  title: string,
  message?: ReactNode,
  options: { stays?: boolean; id?: string } = {},
): void {
  const id = options.id ?? (typeof message === 'string' ? `${title}: ${message}` : title);
  // Another time than that of the old note starts its clock anew.
  const time = shownAs(id)?.autoClose === READ_MS ? READ_MS + 1 : READ_MS;
  put(id, { title, message, color: 'gray', autoClose: options.stays ? false : time });
}

export function closeToast(id: string): void {
  notifications.hide(id);
}
