/** What of an output the node made, and what of it only came by: a template writes a text, and passes the data on. */

import type { Json } from '@/api/json';
import { toJson } from '@/api/json';
import type { NodeResult, Output, Workflow, WorkflowNode } from '@/api/types';

interface Ran {
  workflow: Workflow;
  nodes: Readonly<Record<string, NodeResult>>;
}

/** True when the data of a node is what came in and its text is not: that is what it made. */
export function madeText(ran: Ran, nodeId: string): boolean {
  const node = ran.workflow.nodes.find((one) => one.id === nodeId);
  const output = ran.nodes[nodeId]?.output;
  if (!node || !output?.text.trim() || output.data === null || output.data === undefined) return false;
  const sources = sourcesOf(ran, nodeId);
  if (!passed(node, output, [...sources.values()])) return false;
  // A wait or a condition passes on the text, too: what came in was made before it.
  const before = [...sources].find(([, source]) => source.text === output.text);
  return before ? madeText(ran, before[0]) : true;
}

function sourcesOf({ workflow, nodes }: Ran, nodeId: string): Map<string, Output> {
  const found = new Map<string, Output>();
  for (const { source, target, when } of workflow.edges) {
    const output = nodes[source]?.output;
    const chosen = when === undefined || when === null || (output?.branch ?? when) === when;
    if (target === nodeId && output && chosen) found.set(source, output);
  }
  return found;
}

/** Whether the data is that of a source, the list of what all gave, or, item by item, the items of their lists. */
function passed(node: WorkflowNode, output: Output, sources: Output[]): boolean {
  const lists = sources.map(({ data }) => (Array.isArray(data) ? data : []));
  const ways: (Json | undefined)[] = [
    ...sources.map(({ data }) => data),
    sources.map(({ text, data }) => data ?? text),
    lists.flat(),
  ];
  const cut = [output, ...sources].some(({ truncated }) => truncated);
  return ways.some((data) => alike(output.data, data, cut, node.each ?? false));
}

function alike(made: Json | undefined, came: Json | undefined, cut: boolean, each: boolean): boolean {
  if (!Array.isArray(made) || !Array.isArray(came)) return toJson(made) === toJson(came);
  if (!cut && made.length !== came.length) return false;
  // Of what was cut the last item is a part of one.
  const count = cut ? Math.min(made.length, came.length) - 1 : made.length;
  const items = made.slice(0, count);
  return (
    count > 0 && items.every((item, at) => (each && isFailure(item)) || toJson(item) === toJson(came[at]))
  );
}

/** Of a node that runs once per item: an item that failed keeps its place in the list. */
function isFailure(item: Json): boolean {
  return item !== null && typeof item === 'object' && Object.keys(item).join() === 'error';
}
