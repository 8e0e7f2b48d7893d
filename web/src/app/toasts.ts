/** Short notes in the corner. What the user needs stays until it is closed. */
import { notifications, notificationsStore } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { describe, isAbort } from '@/api/http';

/** With an `id` it can be closed once it is no longer so, and is said again in its own place. */
export function toastError(title: string, error: unknown, id?: string): void {
  if (isAbort(error)) return;
  notifications[id && findToast(id) ? 'update' : 'show']({
    ...(id ? { id } : {}),
    title,
    message: describe(error),
    color: 'red',
    autoClose: false,
    withBorder: true,
    role: 'alert',
    closeButtonProps: { 'aria-label': 'Close this message' },
  });
}

function findToast(id: string) {
  const { notifications: shown, queue } = notificationsStore.getState();
  return [...shown, ...queue].find((one) => one.id === id);
}

const READ_MS = 4_000;

/** What is said again takes the place of what was said before: five saves are one note, and it is read from the last. */
export function toast(
  title: string,
  message?: ReactNode,
  options: { stays?: boolean; id?: string } = {},
): void {
  const id = options.id ?? (typeof message === 'string' ? `${title}: ${message}` : title);
  const old = findToast(id);
  // Another time than that of the old note starts its clock anew.
  const time = old?.autoClose === READ_MS ? READ_MS + 1 : READ_MS;
  notifications[old ? 'update' : 'show']({
    id,
    title,
    message,
    color: 'gray',
    autoClose: options.stays ? false : time,
    withBorder: true,
    closeButtonProps: { 'aria-label': 'Close this message' },
  });
}

export function closeToast(id: string): void {
  notifications.hide(id);
}
