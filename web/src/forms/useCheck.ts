/** What the server says of values while they are typed: once nobody has typed for a moment, and beside the value. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { toJson } from '@/api/json';
import type { Problem } from '@/api/types';

const PAUSE_MS = 700;

/** False from each change on until it has stood for a moment: half an address is no wrong address. */
export function useSettled(value: unknown): boolean {
  const [settled] = useDebouncedValue(value, PAUSE_MS);
  return sameJson(settled, value);
}

/** A value and what the server said of it. */
export interface Checked<Value> {
  value: Value;
  problems: readonly Problem[];
}

/** `check`: asks the server. Undefined until it has answered once. */
export function useCheck<Value extends object>(
  value: Value,
  check: () => Promise<{ problems: readonly Problem[] }>,
  enabled: boolean,
): Checked<Value> | undefined {
  const settled = useSettled(value);
  const { data } = useQuery({
    queryKey: ['check', toJson(value)],
    queryFn: async (): Promise<Checked<Value>> => ({ value, problems: (await check()).problems }),
    enabled: enabled && settled,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false, // without an answer nothing is said: the run and the save check again
  });
  return data;
}

/** Whether two values are the same JSON. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || toJson([a ?? null]) === toJson([b ?? null]);
}

/** What the server says begins with the place; beside the value it is a sentence. */
export function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
