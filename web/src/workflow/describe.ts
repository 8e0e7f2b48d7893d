/** Words for nodes and triggers: what the canvas and the lists show. */

import cronstrue from 'cronstrue';
import type { Json } from '@/api/json';
import { isExact } from '@/api/json';
import type { ParamSchema } from '@/api/paramSchema';
import type { ActionInfo, Catalogue, Info, Trigger, WorkflowNode } from '@/api/types';

const SUMMARY_LENGTH = 60;

/** What becomes of times that passed while the server was down, and of one that comes while a run is under way. */
export const MISFIRE = {
  once: 'One run makes up for all',
  skip: 'Leave them out',
  all: 'Run each, one after the other',
} as const;
export const OVERLAP = {
  skip: 'Leave the new one out',
  queue: 'Let it wait for its turn',
  allow: 'Run beside it',
} as const;

export function actionKey(type: string, action: string): string {
  return `${type}.${action}`;
}

/** The catalogue entry of a node: aliases are followed, and a type with a free action name takes any. */
export function findAction(
  catalogue: Catalogue | undefined,
  node: Pick<WorkflowNode, 'type' | 'action'>,
): ActionInfo | null {
  if (!catalogue) return null;
  const type = catalogue.aliases[node.type] ?? node.type;
  const ofType = catalogue.nodes.filter((entry) => entry.type === type);
  return (
    ofType.find((entry) => entry.action === node.action) ?? ofType.find((entry) => entry.anyName) ?? null
  );
}

export function titleOf(node: WorkflowNode, action: ActionInfo | null): string {
  if (node.label) return node.label;
  const words = node.action.replaceAll('_', ' ');
  return action?.title ?? words.charAt(0).toUpperCase() + words.slice(1);
}

export function shorten(text: string, length = SUMMARY_LENGTH): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line;
}

function wordsOf(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || isExact(value)) return String(value);
  if (Array.isArray(value)) return value.map(wordsOf).filter(Boolean).join(', ');
  return '';
}

/** One line that says what the node is set to do: its first two telling params, in the order of the form. */
export function summaryOf(node: WorkflowNode, action: ActionInfo | null): string {
  const names = [...new Set([...Object.keys(action?.params.properties ?? {}), ...Object.keys(node.params)])];
  const told = names
    .filter((name) => !isFile(action?.params.properties?.[name]))
    .map((name) => wordsOf(node.params[name] ?? null))
    .filter(Boolean);
  return shorten(told.slice(0, 2).join(' · '));
}

function isFile(schema: ParamSchema | undefined): boolean {
  return schema?.['x-widget'] === 'file';
}

/** Titles of required params that are empty and that a run would have to ask for. */
export function openParams(node: WorkflowNode, action: ActionInfo | null, info: Info | undefined): string[] {
  const { required = [], properties = {} } = action?.params ?? {};
  return required
    .filter((name) => {
      const value = node.params[name];
      const isOpen = value === undefined || value === null || value === '';
      return isOpen && !(properties[name]?.['x-setting'] === 'user_email' && info?.userEmail);
    })
    .map((name) => properties[name]?.title ?? name);
}

export function cronInWords(cron: string): string | null {
  try {
    return cronstrue.toString(cron, { use24HourTimeFormat: true, verbose: false });
  } catch {
    return null;
  }
}

export function triggerInWords(trigger: Trigger): string {
  if (trigger.kind === 'webhook') return 'When its webhook is called';
  return cronInWords(trigger.cron) ?? `Schedule ${trigger.cron}`;
}
