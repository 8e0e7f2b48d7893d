import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useMinute } from './useMinute';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

function Clock({ name }: { name: string }) {
  return <output aria-label={name}>{useMinute()}</output>;
}

const shown = (name: string) => Number(screen.getByRole('status', { name }).textContent);

it('shows one time everywhere, which is right when a part is opened', () => {
  const { rerender } = render(<Clock name="bar" />);
  act(() => vi.advanceTimersByTime(20_000));
  expect(shown('bar')).toBe(1_000_000);
  rerender(
    <>
      <Clock name="bar" />
      <Clock name="list" />
    </>,
  );
  expect([shown('bar'), shown('list')]).toEqual([1_020_000, 1_020_000]);
  act(() => vi.advanceTimersByTime(30_000));
  expect(shown('list')).toBeGreaterThan(1_020_000);
});
