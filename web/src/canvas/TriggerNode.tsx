import { IconCalendarClock, IconWebhook } from '@tabler/icons-react';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { useLiveSchedule } from '@/api/queries';
import type { Trigger } from '@/api/types';
import { relative } from '@/base/format';
import { useMinute } from '@/base/useMinute';
import { triggerInWords } from '@/workflow/describe';
import { useEditor } from '@/workflow/editor';
import type { TriggerNode as TriggerNodeType } from './elements';
import classes from './TriggerNode.module.css';

export const TriggerNode = memo(function TriggerNode({ id, data, selected }: NodeProps<TriggerNodeType>) {
  const { trigger, vertical } = data;
  const Icon = trigger.kind === 'schedule' ? IconCalendarClock : IconWebhook;
  return (
    <div className={classes.pill} data-selected={selected || undefined} data-testid={`trigger-${id}`}>
      <Icon size={20} stroke={1.6} aria-hidden className={classes.icon} />
      <div className={classes.words}>
        <div className={classes.label}>{triggerInWords(trigger)}</div>
        {trigger.kind === 'schedule' && trigger.timezone && (
          <div className={classes.note}>{trigger.timezone}</div>
        )}
        {!data.readOnly && <State trigger={trigger} />}
      </div>
      <Handle
        type="source"
        position={vertical ? Position.Bottom : Position.Right}
        isConnectable={false}
        className={classes.handle}
      />
    </div>
  );
});

/** Whether it is at work, and when it comes next. */
function State({ trigger }: { trigger: Trigger }) {
  const workflowId = useEditor((state) => state.saved?.workflowId);
  const isSchedule = trigger.kind === 'schedule';
  const now = useMinute();
  const { data: live } = useLiveSchedule(workflowId, isSchedule ? trigger.id : null);
  if (!workflowId || !trigger.id) return <div className={classes.note}>Not active: save the workflow</div>;
  if (!isSchedule || !live) return null;
  const next = live.next[0];
  return (
    <div className={classes.note}>
      {live.paused ? 'Paused' : next ? `Next ${relative(next, now)}` : 'Never comes'}
    </div>
  );
}
