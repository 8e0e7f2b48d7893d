import { ActionIcon } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconLayoutDistributeHorizontal,
  IconMaximize,
  IconPlus,
  IconZoomIn,
  IconZoomOut,
  type TablerIcon,
} from '@tabler/icons-react';
import { Panel, useReactFlow } from '@xyflow/react';
import { Tooltip } from '@/base/Tooltip';
import { useUi } from '@/base/ui';
import { isEmpty } from '@/workflow/ops';
import { useUndo } from '@/workflow/useUndo';
import { autoLayout } from './autoLayout';
import classes from './Canvas.module.css';
import type { ShownGraph } from './shownGraph';
import { useWelcome } from './useWelcome';

export function CanvasTools({ view }: { view: ShownGraph }) {
  const { zoomIn, zoomOut } = useReactFlow();
  const { canUndo, canRedo, undo, redo } = useUndo();
  const welcome = useWelcome(view);
  const { requestFit, set } = useUi.getState();
  const empty = isEmpty(view.workflow);
  if (welcome || (empty && !canUndo && !canRedo)) return null;
  return (
    <Panel position="top-left" className={classes.tools} role="toolbar" aria-label="Canvas tools">
      {!view.readOnly && (
        <>
          <Tool icon={IconPlus} label="Add a node" onClick={() => set({ libraryOpen: true })} />
          <Tool icon={IconArrowBackUp} label="Undo" keys="Ctrl+Z" disabled={!canUndo} onClick={undo} />
          <Tool icon={IconArrowForwardUp} label="Redo" keys="Ctrl+Y" disabled={!canRedo} onClick={redo} />
          <Tool
            icon={IconLayoutDistributeHorizontal}
            label="Arrange nodes"
            disabled={empty}
            onClick={() => void autoLayout()}
          />
        </>
      )}
      <Tool icon={IconMaximize} label="Fit to view" disabled={empty} onClick={() => requestFit(true)} />
      <Tool icon={IconZoomIn} label="Zoom in" onClick={() => void zoomIn()} />
      <Tool icon={IconZoomOut} label="Zoom out" onClick={() => void zoomOut()} />
    </Panel>
  );
}

interface ToolProps {
  icon: TablerIcon;
  label: string;
  keys?: string;
  disabled?: boolean;
  onClick: () => void;
}

function Tool({ icon: Icon, label, keys, disabled = false, onClick }: ToolProps) {
  return (
    <Tooltip label={keys ? `${label} (${keys})` : label} position="right">
      <ActionIcon aria-label={label} disabled={disabled} onClick={onClick} size={34}>
        <Icon size={18} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
