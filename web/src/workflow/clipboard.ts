/** Copy and paste of nodes as text, so that it also works between tabs and windows. */
import { fromJson, toJson } from '@/api/json';
import type { Workflow, WorkflowEdge, WorkflowNode } from '@/api/types';
import { newEdgeId, newNodeId } from './ops';

const KIND = 'voicegraph/nodes';

interface Clip {
  kind: typeof KIND;
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
}

export function copyNodes(workflow: Workflow, ids: Iterable<string>): string | null {
  const wanted = new Set(ids);
  const nodes = workflow.nodes.filter((node) => wanted.has(node.id));
  if (nodes.length === 0) return null;
  const edges = workflow.edges.filter((edge) => wanted.has(edge.source) && wanted.has(edge.target));
  return toJson({ kind: KIND, nodes, edges } satisfies Clip, 2);
}

function readClip(text: string): Clip | null {
  try {
    const value: unknown = fromJson(text);
    if (!value || typeof value !== 'object' || !('kind' in value) || value.kind !== KIND) return null;
    const clip = value as Partial<Clip>;
    return Array.isArray(clip.nodes) && Array.isArray(clip.edges) ? (clip as Clip) : null;
  } catch {
    return null;
  }
}

const STEP = 40;

/** The workflow with the copied nodes under new ids, a little aside, and those ids; null when the text is none of ours. */
export function pasteNodes(workflow: Workflow, text: string): [Workflow, string[]] | null {
  const clip = readClip(text);
  if (!clip) return null;
  const ids = new Map<string, string>();
  let result = workflow;
  for (const node of clip.nodes) {
    const id = newNodeId(result);
    ids.set(node.id, id);
    const { x = 0, y = 0 } = node.position ?? {};
    const copy = { ...node, id, params: node.params ?? {}, position: { x: x + STEP, y: y + STEP } };
    result = { ...result, nodes: [...result.nodes, copy] };
  }
  for (const edge of clip.edges) {
    const [source, target] = [ids.get(edge.source), ids.get(edge.target)];
    if (!source || !target) continue;
    result = { ...result, edges: [...result.edges, { ...edge, id: newEdgeId(result), source, target }] };
  }
  return [result, [...ids.values()]];
}
