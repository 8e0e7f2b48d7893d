import type { Workflow } from '@/api/types';
import { newWorkflowId } from './ops';

/** A workflow from a file's text. Only the outline is looked at here; the server judges the rest. */
export function readWorkflow(text: string): Workflow {
  const value = parse(text);
  const inner = 'workflow' in value && isObject(value.workflow) ? value.workflow : value;
  if (!Array.isArray(inner.nodes)) {
    throw new Error(
      'This is no workflow: it has no list of nodes. Export one from VoiceGraph to see the format.',
    );
  }
  return {
    ...inner,
    workflowId: newWorkflowId(), // an imported workflow is a new one
    name: typeof inner.name === 'string' && inner.name ? inner.name : 'Imported workflow',
    // What an author allowed is not allowed by whoever imports their file.
    nodes: inner.nodes.map((node) => ({ params: {}, label: '', ...node, allowOutsideTarget: false })),
    edges: Array.isArray(inner.edges) ? inner.edges : [],
    triggers: Array.isArray(inner.triggers) ? inner.triggers : [],
  } as Workflow;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('The file is not JSON.');
  }
  if (!isObject(value)) throw new Error('The file holds JSON, but no workflow.');
  return value;
}
