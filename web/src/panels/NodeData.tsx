import { Button } from '@mantine/core';
import { api } from '@/api/client';
import { useApprovals } from '@/api/queries';
import type { NodeResult, NodeStatus, Output, Workflow, WorkflowNode } from '@/api/types';
import { ApprovalForm } from '@/approvals/ApprovalForm';
import { duration, exact } from '@/base/format';
import { Note } from '@/base/Note';
import { OutputView } from '@/output/OutputView';
import { madeText } from '@/output/passed';
import { openRun } from '@/runs/openRun';
import { useNodeResult, useRun, useTurn } from '@/runs/runStore';
import { ItemTable } from './ItemTable';
import classes from './Panel.module.css';

interface Props {
  node: WorkflowNode;
  workflow: Workflow;
}

const NO_OUTPUT: Partial<Record<NodeStatus, string>> = {
  skipped: 'It was skipped.',
  failed: 'None: it failed.',
  cancelled: 'None: it was cancelled.',
};

/** The way a run takes behind a node that chooses one and failed. */
const WAY_ON: Record<string, string> = { condition: 'false', approval: 'rejected' };

/** How a run goes on behind a node that failed; null where that ends it. */
function wentOn(node: WorkflowNode): string | null {
  if (node.onError !== 'continue') return null;
  const way = WAY_ON[node.type];
  return way ? `None: it failed. The run takes the branch “${way}”.` : 'The error: the run goes on with it.';
}

/** What went in and what came out, side by side. */
export function NodeData({ node, workflow }: Props) {
  const result = useNodeResult(node.id);
  const run = useRun((state) => state.run);
  const runId = run?.id;
  const nodes = run?.nodes;
  const ran = run?.workflow.nodes.find((one) => one.id === node.id);
  const sources = workflow.edges
    .filter((edge) => edge.target === node.id)
    .map((edge) => ({
      id: edge.source,
      label: workflow.nodes.find((other) => other.id === edge.source)?.label || edge.source,
      output: nodes?.[edge.source]?.output ?? null,
    }));
  return (
    <>
      {result && <Facts result={result} />}
      {result?.reusedFrom && (
        <p className={classes.description}>
          Reused from an earlier run ({result.reusedFrom}): not run again, no effect made twice.
        </p>
      )}
      {result?.output?.meta?.pinned === true && (
        <p className={classes.description}>This output was pinned: the node was not run.</p>
      )}
      {result?.status === 'waiting' && <Waiting node={node} />}
      <Turn node={node} />
      <ChildRun node={node} />
      {result?.error && (
        <Note tone="error" title="This node failed">
          {result.error.message}
        </Note>
      )}
      {result?.items && runId && (
        <ItemTable runId={runId} nodeId={node.id} tally={result.items} going={result.endTime === null} />
      )}
      <div className={classes.columns}>
        {sources.length > 0 && (
          <section className={classes.column} aria-label="Input">
            <h3 className={classes.sectionTitle}>Input</h3>
            {sources.map((source) => (
              <Source
                key={source.id}
                {...source}
                titled={sources.length > 1}
                whole={runId && api.outputUrl(runId, source.id)}
                textFirst={run ? madeText(run, source.id) : false}
              />
            ))}
          </section>
        )}
        <section className={classes.column} aria-label="Output">
          <h3 className={classes.sectionTitle}>Output</h3>
          {result?.output ? (
            <OutputView
              output={result.output}
              whole={runId && api.outputUrl(runId, node.id)}
              textFirst={run ? madeText(run, node.id) : false}
            />
          ) : (
            <p className={classes.description}>
              {(result?.status === 'failed' && wentOn(ran ?? node)) ||
                (NO_OUTPUT[result?.status ?? 'pending'] ?? 'Nothing yet.')}
            </p>
          )}
        </section>
      </div>
    </>
  );
}

/** What the node waits for: a person, or another run. */
function Waiting({ node }: { node: WorkflowNode }) {
  const run = useRun((state) => state.run?.id);
  const { data } = useApprovals(run);
  const approval = data?.approvals.find((one) => one.runId === run && one.nodeId === node.id);
  return approval ? <ApprovalForm approval={approval} /> : null;
}

/** Why a node that the server stopped under, too often, is not started yet. */
function Turn({ node }: { node: WorkflowNode }) {
  const words = useTurn(node.id);
  return words === null ? null : <Note>{words}</Note>;
}

/** The way to the run that a step made of another workflow. */
function ChildRun({ node }: { node: WorkflowNode }) {
  const child = useRun((state) => {
    const made = state.run?.logs.findLast((event) => event.nodeId === node.id && event.data?.runId)?.data
      ?.runId;
    return typeof made === 'string' ? made : null;
  });
  if (node.type !== 'workflow' || child === null) return null;
  return (
    <Button size="compact-sm" onClick={() => void openRun(child)}>
      Show its run
    </Button>
  );
}

interface SourceProps {
  label: string;
  output: Output | null;
  titled: boolean;
  whole: string | undefined;
  textFirst: boolean;
}

function Source({ label, output, titled, whole, textFirst }: SourceProps) {
  return (
    <div>
      {titled && <h4 className={classes.subtitle}>{label}</h4>}
      {output ? (
        <OutputView output={output} whole={whole} textFirst={textFirst} />
      ) : (
        <p className={classes.description}>“{label}” gave nothing.</p>
      )}
    </div>
  );
}

function Facts({ result }: { result: NodeResult }) {
  const metrics = result.output?.metrics;
  const tokens = metrics && (metrics.inputTokens != null || metrics.outputTokens != null);
  return (
    <p className={classes.facts}>
      {result.startTime && (
        <span title={exact(result.startTime)}>
          {duration(result.durationMs) || (result.status === 'waiting' ? 'waiting' : 'under way')}
        </span>
      )}
      {result.attempt > 1 && <span>attempt {result.attempt}</span>}
      {metrics?.model && <span>{metrics.model}</span>}
      {tokens && (
        <span>
          {metrics.inputTokens ?? 0} tokens in, {metrics.outputTokens ?? 0} out
        </span>
      )}
      {metrics?.cost != null && (
        <span>
          ${metrics.cost.toFixed(4)}
          {metrics.estimated ? ' (estimated)' : ''}
        </span>
      )}
    </p>
  );
}
