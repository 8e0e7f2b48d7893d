import { notifications, notificationsStore } from '@mantine/notifications';
import { beforeEach, expect, it } from 'vitest';
import { toast } from './toasts';

beforeEach(() => notifications.clean());

const shown = () => notificationsStore.getState().notifications;

it('says the same thing once, with what is true now, and from then on for as long', () => {
  toast('Saved', 'Monday', { id: 'saved' });
  const first = shown()[0]?.autoClose;
  toast('Saved', 'Tuesday', { id: 'saved' });
  expect(shown().map((note) => note.message)).toEqual(['Tuesday']);
  expect(shown()[0]?.autoClose).not.toBe(first);
  toast('Copied');
  toast('Copied');
  expect(shown().length).toBe(2);
});

it('says two different things beside each other', () => {
  toast('Good to know', 'This node sends mail.');
  toast('Good to know', 'This node takes a while.');
  expect(shown().length).toBe(2);
});
