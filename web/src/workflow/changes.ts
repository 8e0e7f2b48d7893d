/** A difference of two workflows in words, a line for each thing that differs. */
import type { GraphDiff, Schedule, Trigger, Workflow } from '@/api/types';
import { MISFIRE, OVERLAP, triggerInWords } from './describe';

export function changesOf(before: Workflow, after: Workflow, diff: GraphDiff): string[] {
  const named = ({ nodes }: Workflow, id: string) => nodes.find((node) => node.id === id)?.label || id;
  const edges = diff.addedEdges.length + diff.removedEdges.length;
  return [
    ...(diff.renamed ? [`Renamed from “${before.name}” to “${after.name}”`] : []),
    ...diff.addedNodes.map((id) => `Added: ${named(after, id)}`),
    ...diff.removedNodes.map((id) => `Not in it: ${named(before, id)}`),
    ...diff.changedNodes.map((id) => `Changed: ${named(after, id)}`),
    ...(diff.triggersChanged ? triggerChanges(before.triggers, after.triggers) : []),
    ...(edges > 0 ? [edges === 1 ? 'One connection differs' : `${edges} connections differ`] : []),
  ];
}

function triggerChanges(before: readonly Trigger[], after: readonly Trigger[]): string[] {
  const left = [...before];
  const lines = after.flatMap((trigger) => {
    const at = left.findIndex((one) => one.kind === trigger.kind && one.id === trigger.id);
    const [old] = at < 0 ? [] : left.splice(at, 1);
    if (!old) return [`Added: ${triggerInWords(trigger)}`];
    return old.kind === 'schedule' && trigger.kind === 'schedule' ? scheduleChanges(old, trigger) : [];
  });
  const gone = left.map((trigger) => `Not in it: ${triggerInWords(trigger)}`);
  const all = [...lines, ...gone];
  return all.length > 0 ? all : ['Triggers in another order'];
}

function scheduleChanges(before: Schedule, after: Schedule): string[] {
  const zones = (before.timezone ?? null) !== (after.timezone ?? null);
  const when = (one: Schedule) =>
    triggerInWords(one) + (zones ? ` (${one.timezone || 'the server’s time'})` : '');
  const lines: string[] = [];
  const tell = (what: string, from: string, to: string) => {
    if (from !== to) lines.push(`${what}: “${from}” → “${to}”`);
  };
  tell('Schedule', when(before), when(after));
  const schedule = triggerInWords(after);
  tell(`${schedule}, times missed`, MISFIRE[before.misfire ?? 'once'], MISFIRE[after.misfire ?? 'once']);
  tell(
    `${schedule}, while the run before goes on`,
    OVERLAP[before.overlap ?? 'skip'],
    OVERLAP[after.overlap ?? 'skip'],
  );
  return lines;
}
