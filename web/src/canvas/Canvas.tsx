import {
  Background,
  BackgroundVariant,
  type Connection as FlowConnection,
  MiniMap,
  type OnConnect,
  ReactFlow,
  useStore,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { modalOpen } from '@/base/openModals';
import { toast } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import { currentWorkflow, useEditor } from '@/workflow/editor';
import { connect } from '@/workflow/ops';
import classes from './Canvas.module.css';
import { CanvasTools } from './CanvasTools';
import type { CanvasNode, FlowEdge as FlowEdgeType } from './elements';
import { FlowEdge } from './FlowEdge';
import { StepNode } from './StepNode';
import { type ShownGraph, useShownGraph } from './shownGraph';
import { TriggerNode } from './TriggerNode';
import { useCanvasEdges } from './useCanvasEdges';
import { useCanvasNodes } from './useCanvasNodes';
import { useClipboard } from './useClipboard';
import { useDelete } from './useDelete';
import { useDropAction } from './useDropAction';
import { useFit } from './useFit';
import { useReveal } from './useReveal';

const nodeTypes = { step: StepNode, trigger: TriggerNode };
const edgeTypes = { flow: FlowEdge };

/** Below this size drawing everything is cheaper than deciding what to draw. */
const MANY = 120;
/** Up to here the graph is its own overview. */
const FEW = 5;
const MINIMAP_SIZE = { width: 172, height: 112 };
const DELETE_KEYS = ['Delete', 'Backspace'];
const MULTI_KEYS = ['Shift', 'Meta', 'Control'];

const onConnect: OnConnect = ({ source, target, sourceHandle }: FlowConnection) => {
  const when = sourceHandle === 'true' ? true : sourceHandle === 'false' ? false : null;
  const editor = useEditor.getState();
  const connected = connect(currentWorkflow(editor), { source, target, when });
  if (typeof connected === 'string')
    toast('These two cannot be connected', connected, { stays: true, id: 'connect' });
  else editor.commit((workflow) => resultOr(workflow, connect(workflow, { source, target, when })));
};

function resultOr<T>(fallback: T, result: T | string): T {
  return typeof result === 'string' ? fallback : result;
}

/** The key is heard everywhere on the page: under a dialog it is not meant for the canvas. */
async function onBeforeDelete(): Promise<boolean> {
  return !modalOpen();
}

function labelOf({ readOnly, proposed, older }: ShownGraph): string {
  if (!readOnly) return 'Workflow';
  if (older) return 'An older version, read-only';
  return proposed ? 'What is proposed, read-only' : 'Workflow of this run, read-only';
}

function onSelectionChange({ nodes }: { nodes: CanvasNode[] }): void {
  useUi.getState().set({ selected: nodes.map((node) => node.id) });
}

/** The graph itself. What it shows is decided by the view; what the user does to it goes to the editor. */
export function Canvas() {
  const view = useShownGraph();
  const phone = usePhone();
  const far = useStore((state) => state.transform[2] < 0.5);
  const { nodes, onNodesChange } = useCanvasNodes(view, phone);
  const { edges, onEdgesChange } = useCanvasEdges(view);
  const onDelete = useDelete();
  const drop = useDropAction(view.readOnly);
  useClipboard(view);
  const { onMove, placed } = useFit(view, nodes);
  useReveal();

  return (
    <div
      className={classes.canvas}
      data-readonly={view.readOnly || undefined}
      data-far={far || undefined}
      data-placed={placed || undefined}
      data-testid="canvas"
      // A place for the focus when what had it is gone: the keys of the page are heard here.
      tabIndex={-1}
    >
      <ReactFlow<CanvasNode, FlowEdgeType>
        aria-label={labelOf(view)}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onBeforeDelete={onBeforeDelete}
        onDelete={onDelete}
        onSelectionChange={onSelectionChange}
        onNodeClick={(event, node) => {
          if (!event.shiftKey && !event.metaKey && !event.ctrlKey) useUi.getState().inspect(node.id);
        }}
        onPaneClick={() => useUi.getState().inspect(null)}
        onMove={onMove}
        {...drop}
        nodesConnectable={!view.readOnly}
        deleteKeyCode={view.readOnly ? null : DELETE_KEYS}
        multiSelectionKeyCode={MULTI_KEYS}
        connectionRadius={34}
        minZoom={0.1}
        maxZoom={2}
        onlyRenderVisibleElements={nodes.length > MANY}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={22} size={1.6} color="var(--vg-dot)" />
        <CanvasTools view={view} />
        {!phone && nodes.length > FEW && (
          <MiniMap
            className={classes.minimap}
            style={MINIMAP_SIZE}
            position="bottom-left"
            pannable
            zoomable
            ariaLabel="Overview of the workflow"
            nodeColor="var(--vg-line-strong)"
            maskColor="color-mix(in srgb, var(--vg-canvas) 70%, transparent)"
            bgColor="var(--vg-surface)"
            nodeBorderRadius={24}
          />
        )}
      </ReactFlow>
    </div>
  );
}
