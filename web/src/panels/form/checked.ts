/** What the server says of values while they are typed: once nobody has typed for a moment, and beside the value. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { toJson } from '@/api/json';
import type { MissingValue, Problem, Workflow, WorkflowNode } from '@/api/types';
import { isAnswered, objections, questionKey, toConfig, type Values } from '@/runs/answers';

const PAUSE_MS = 700;
const NONE: readonly Problem[] = [];

/** False from each change on until it has stood for a moment: half an address is no wrong address. */
export function useSettled(value: unknown): boolean {
  const [settled] = useDebouncedValue(value, PAUSE_MS);
  return same(settled, value);
}

/** The problems of a node's params by name. Those of a value that was changed since are not told any more. */
export function useParamProblems(node: WorkflowNode, enabled: boolean): Map<string, string> {
  const { type, action, params } = node;
  const checked = useCheck(
    { type, action, params },
    () => api.check(alone({ id: node.id, type, action, label: '', params }), {}),
    enabled && Object.keys(params).length > 0,
  );
  const found = new Map<string, string>();
  for (const { where, message } of checked?.problems ?? NONE) {
    const name = /^nodes\[0\]\.params\.(\w+)/.exec(where)?.[1];
    if (name && !found.has(name) && same(checked?.value.params[name], params[name])) {
      found.set(name, sentence(message));
    }
  }
  return found;
}

/** The problems of answers in the run dialog, by question. */
export function useAnswerProblems(
  workflow: Workflow,
  asked: readonly MissingValue[],
  values: Values,
): Map<string, string> {
  const some = asked.some((question) => isAnswered(values[questionKey(question)]));
  const checked = useCheck(values, () => api.check(workflow, toConfig(asked, values)), some);
  const { byQuestion } = objections(checked?.problems ?? NONE, asked, workflow);
  const told = [...byQuestion].filter(
    ([key]) => same(checked?.value[key], values[key]) && isAnswered(values[key]),
  );
  return new Map(told.map(([key, message]) => [key, sentence(message)]));
}

interface Checked<Value> {
  value: Value;
  problems: readonly Problem[];
}

function useCheck<Value extends object>(
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

function alone(node: WorkflowNode): Workflow {
  return { workflowId: 'wf_check', name: '', nodes: [node], edges: [], triggers: [] };
}

function same(a: unknown, b: unknown): boolean {
  return a === b || toJson([a ?? null]) === toJson([b ?? null]);
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
