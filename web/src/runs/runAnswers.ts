/** The run dialog's values: where they go in the run's config, and what they start from. */

import type { Json } from '@/api/json';
import type { ActionInfo, MissingValue, Problem, RunConfig, Workflow, WorkflowNode } from '@/api/types';

export type Values = Record<string, Json | undefined>;

/** One question may stand for several nodes: two e-mails to "me" ask for one address. */
export function questionKey(missing: MissingValue): string {
  return missing.config ? `config:${missing.config}` : `${missing.nodeId}:${missing.param}`;
}

export function questions(missing: readonly MissingValue[]): MissingValue[] {
  return [...new Map(missing.map((value) => [questionKey(value), value])).values()];
}

export function isAnswered(value: Json | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return value.trim() !== '';
  return Array.isArray(value) ? value.length > 0 : true;
}

/** The server's objections to the answers, by question; `rest` is what is wrong with the graph itself. */
export function objections(
  problems: readonly Problem[],
  asked: readonly MissingValue[],
  workflow: Workflow,
): { byQuestion: Map<string, string>; rest: Problem[] } {
  const byQuestion = new Map<string, string>();
  const rest = problems.filter(({ where, message }) => {
    const [, index, param] = /^nodes\[(\d+)\]\.params\.(\w+)/.exec(where) ?? [];
    const node = workflow.nodes[Number(index)];
    const question = asked.find((one) => one.param === param && one.nodeId === node?.id);
    if (question) byQuestion.set(questionKey(question), message);
    return !question;
  });
  return { byQuestion, rest };
}

/** Values given the last time, for the same questions. */
export function startValues(
  missing: readonly MissingValue[],
  remembered: RunConfig,
  userEmail: string | null,
): Values {
  return Object.fromEntries(
    questions(missing).map((value) => {
      const known = value.config
        ? (remembered[value.config] as Json | undefined)
        : remembered.params?.[value.nodeId]?.[value.param];
      const email = value.config === 'recipientEmail' ? (userEmail ?? undefined) : undefined;
      return [questionKey(value), known ?? email ?? value.schema.default ?? undefined];
    }),
  );
}

/** The node with the values that a run's config gave for what its params leave open. */
export function withAnswers(node: WorkflowNode, action: ActionInfo | null, config: RunConfig): WorkflowNode {
  const properties = Object.entries(action?.params.properties ?? {});
  const shared = properties.flatMap(([name, schema]): [string, Json][] => {
    const value = schema['x-config'] ? (config[schema['x-config']] as Json | undefined) : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  return { ...node, params: { ...Object.fromEntries(shared), ...config.params?.[node.id], ...node.params } };
}

export function toConfig(missing: readonly MissingValue[], values: Values): RunConfig {
  const config: RunConfig = {};
  const params: Record<string, Record<string, Json>> = {};
  for (const value of missing) {
    const answer = values[questionKey(value)];
    if (answer === undefined) continue;
    if (value.config) config[value.config] = answer;
    else params[value.nodeId] = { ...params[value.nodeId], [value.param]: answer };
  }
  return Object.keys(params).length > 0 ? { ...config, params } : config;
}
