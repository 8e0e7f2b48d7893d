/** Short notes in the corner. What the user needs stays until it is closed. */
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { describe, isAbort } from '@/api/http';

export function toastError(title: string, error: unknown): void {
  if (isAbort(error)) return;
  notifications.show({
    title,
    message: describe(error),
    color: 'red',
    autoClose: false,
    withBorder: true,
    role: 'alert',
    closeButtonProps: { 'aria-label': 'Close this message' },
  });
}

export function toast(
  title: string,
  message?: ReactNode,
  options: { stays?: boolean; id?: string } = {},
): void {
  notifications.show({
    ...(options.id ? { id: options.id } : {}),
    title,
    message,
    color: 'gray',
    autoClose: options.stays ? false : 4_000,
    withBorder: true,
    closeButtonProps: { 'aria-label': 'Close this message' },
  });
}

export function closeToast(id: string): void {
  notifications.hide(id);
}
