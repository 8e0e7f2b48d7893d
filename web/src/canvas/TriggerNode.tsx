import { IconCalendarClock, IconWebhook } from '@tabler/icons-react';
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { triggerInWords } from '@/workflow/describe';
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
