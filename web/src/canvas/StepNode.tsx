import { IconAlertTriangle, IconPinFilled } from '@tabler/icons-react';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import clsx from 'clsx';
import { memo } from 'react';
import { useCatalogue, useInfo } from '@/api/queries';
import { duration } from '@/base/format';
import { useUi } from '@/base/ui';
import { itemsText } from '@/runs/counts';
import { isOver } from '@/runs/record';
import { useNodeResult, useRun, useTurn } from '@/runs/runStore';
import { StatusMark } from '@/runs/StatusMark';
import { iconFor } from '@/workflow/actionIcons';
import { findAction, openParams, shorten, summaryOf, titleOf } from '@/workflow/describe';
import type { Mark } from '@/workflow/diff';
import { EITHER, type StepNode as StepNodeType } from './elements';
import classes from './StepNode.module.css';

/** Letters that fit: the row of another node may begin 136 pixels below. */
const ONE_LINE = 30;
const TWO_LINES = 68;

const REUSED = 'Taken over from the earlier run: not run again';
const MARK_WORDS: Record<Mark, string> = { added: 'New', changed: 'Changed', removed: 'Removed' };

const WAITS_FOR: Record<string, string> = {
  approval: 'Waiting for approval',
  workflow: 'Waiting for its run',
};

const WAITS_FOR_TURN = 'Waiting for its turn';

type BranchNames = Record<'true' | 'false', string>;
/** Nodes that choose between ways, and what the ways are called. */
const BRANCHES: Record<string, BranchNames> = {
  condition: { true: 'true', false: 'false' },
  approval: { true: 'approved', false: 'rejected' },
};

export const StepNode = memo(function StepNode({ id, data, selected }: NodeProps<StepNodeType>) {
  const { node, mark, readOnly, vertical } = data;
  const { data: catalogue } = useCatalogue();
  const { data: info } = useInfo();
  const result = useNodeResult(id);
  const highlighted = useUi((state) => state.highlighted.includes(id));
  const hovered = useRun((state) => state.hovered === id);
  const answered = useRun((state) => state.run !== null && !isOver(state.run.status));
  const action = findAction(catalogue, node);
  const side = vertical ? Position.Bottom : Position.Right;
  const Icon = iconFor(node.type);
  const branches = BRANCHES[node.type];
  const summary = shorten(summaryOf(node, action), result?.error || branches ? ONE_LINE : undefined);

  return (
    <div
      className={clsx(classes.card, mark && classes[mark], result && classes[`is-${result.status}`])}
      data-selected={selected || undefined}
      data-lit={highlighted || hovered || undefined}
      data-readonly={readOnly || undefined}
      data-status={result?.status}
      data-reused={result?.reusedFrom ? true : undefined}
      data-testid={`node-${id}`}
    >
      {mark && <span className={classes.mark}>{MARK_WORDS[mark]}</span>}
      <Handle type="target" position={vertical ? Position.Top : Position.Left} className={classes.handle} />
      <div className={classes.head}>
        <span className={classes.icon}>
          <Icon size={19} stroke={1.6} aria-hidden />
        </span>
        <div className={classes.words}>
          <div className={classes.first}>
            <div className={classes.label}>{titleOf(node, action)}</div>
            <span className={classes.marks}>
              {node.pin && <PinMark />}
              {result && <StatusMark status={result.status} />}
            </span>
          </div>
          {summary && <div className={classes.summary}>{summary}</div>}
        </div>
      </div>
      {result ? (
        <ResultLine id={id} type={node.type} />
      ) : (
        <Attention
          requires={action?.requires ?? null}
          open={answered ? [] : openParams(node, action, info)}
          unknown={!!catalogue && !action}
        />
      )}
      {branches ? <Branches side={side} names={branches} /> : <Source side={side} />}
    </div>
  );
});

/** How long it took, which attempt, and what went wrong. */
function ResultLine({ id, type }: { id: string; type: string }) {
  const result = useNodeResult(id);
  const turn = useTurn(id);
  if (!result) return null;
  const attempt = result.attempt > 1 ? `attempt ${result.attempt}` : '';
  const waits = result.status === 'waiting' ? (turn ? WAITS_FOR_TURN : (WAITS_FOR[type] ?? '')) : '';
  const facts = result.reusedFrom ? ['reused'] : [waits, duration(result.durationMs), attempt];
  const parts = [itemsText(result.items), ...facts].filter(Boolean);
  if (parts.length === 0 && !result.error) return null;
  const told = parts.join(' · ');
  return (
    <div className={classes.foot}>
      <span title={result.error?.message}>
        <span className={classes.facts} title={result.reusedFrom ? REUSED : undefined}>
          {told}
        </span>
        {result.error && (
          <span className={classes.error}>
            {told && ' · '}
            {shorten(result.error.message, Math.max(24, TWO_LINES - told.length))}
          </span>
        )}
      </span>
    </div>
  );
}

function PinMark() {
  const words = 'Pinned output: runs you start do not run this node';
  return (
    <span title={words}>
      <IconPinFilled size={15} aria-hidden />
      <span className="sr-only">{words}</span>
    </span>
  );
}

interface AttentionProps {
  requires: string | null;
  open: string[];
  unknown: boolean;
}

/** What stands between this node and a run, said before the run. */
function Attention({ requires, open, unknown }: AttentionProps) {
  const asks = open.length > 0 ? `Asks when run: ${open.join(', ')}` : null;
  const words = unknown ? 'This server does not know this action' : (requires ?? asks);
  if (!words) return null;
  const serious = unknown || requires !== null;
  return (
    <div className={clsx(classes.foot, serious && classes.attention)} title={words}>
      {serious && <IconAlertTriangle size={14} aria-hidden />}
      <span>{serious ? headOf(words) : shorten(words, 76)}</span>
    </div>
  );
}

/** The first statement of a longer notice; the form has the whole of it. */
function headOf(notice: string): string {
  return shorten(notice.split(/[:.(]/)[0] ?? notice, 60);
}

function Source({ side }: { side: Position }) {
  return <Handle type="source" position={side} className={classes.handle} />;
}

function Branches({ side, names }: { side: Position; names: BranchNames }) {
  return (
    <div className={classes.branches} data-side={side}>
      {(['true', 'false'] as const).map((branch) => (
        <div key={branch} className={classes.branch}>
          {names[branch]}
          <Handle type="source" id={branch} position={side} className={classes.handle} />
        </div>
      ))}
      <Handle
        type="source"
        id={EITHER}
        position={side}
        isConnectable={false}
        className={classes.hidden}
        aria-hidden
      />
    </div>
  );
}
