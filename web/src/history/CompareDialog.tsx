import { Badge, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import type { NodeComparison, RunStatus, RunSummary } from '@/api/types';
import { Dialog } from '@/base/Dialog';
import { duration, exact } from '@/base/format';
import { usePhone } from '@/base/usePhone';
import { StatusBadge } from '@/runs/StatusBadge';
import classes from './HistoryTools.module.css';
import { useHistoryView } from './historyView';

const MARKS = { same: ' ', removed: '−', added: '+', gap: '' };

/** Two runs side by side, node by node. */
export function CompareDialog() {
  const comparing = useHistoryView((state) => state.comparing);
  const phone = usePhone();
  return (
    <Dialog
      opened={comparing !== null}
      onClose={() => useHistoryView.getState().set({ comparing: null })}
      title="Compare two runs"
      size={900}
      fullScreen={phone}
      closeButtonProps={{ 'aria-label': 'Close the comparison' }}
    >
      {comparing && <Sides ids={comparing} />}
    </Dialog>
  );
}

function Sides({ ids: [left, right] }: { ids: [string, string] }) {
  const { data, error } = useQuery({
    queryKey: ['compare', left, right],
    queryFn: () => api.compare(left, right),
    staleTime: 0,
  });
  if (error) return <p role="alert">The runs could not be compared. {describe(error)}</p>;
  if (!data) return <Skeleton h={160} />;
  return (
    <>
      <div className={classes.sides}>
        <Head run={data.left} />
        <Head run={data.right} />
      </div>
      {data.configDiffers && <p className={classes.note}>They were started with different values.</p>}
      {data.nodes.map((node) => (
        <Node key={node.nodeId} node={node} />
      ))}
    </>
  );
}

function Head({ run }: { run: RunSummary }) {
  return (
    <div>
      <p className={classes.title}>{run.transcribedText || run.name}</p>
      <span className={classes.facts}>
        <StatusBadge status={run.status} />
        {exact(run.createdAt)}
        <span>{duration(run.durationMs)}</span>
      </span>
    </div>
  );
}

function Node({ node }: { node: NodeComparison }) {
  return (
    <section className={classes.node} aria-label={node.label}>
      <h3 className={classes.title}>
        {node.label}{' '}
        {node.paramsDiffer && !node.only && (
          <Badge size="sm" variant="light">
            settings differ
          </Badge>
        )}
      </h3>
      <div className={classes.sides}>
        <Result result={node.left} elsewhere={node.only === 'right'} />
        <Result result={node.right} elsewhere={node.only === 'left'} />
      </div>
      {node.outputDiffers && <Diff node={node} />}
      {node.compared && !node.outputDiffers && <p className={classes.note}>The results are the same.</p>}
      {node.cut && (
        <p className={classes.note}>Only the first 2,000 lines from the first difference on are compared.</p>
      )}
    </section>
  );
}

function Diff({ node }: { node: NodeComparison }) {
  return (
    <section
      className={classes.diff}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
      tabIndex={0}
      aria-label={`How the results of ${node.label} differ`}
    >
      {node.lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
        <span key={index} data-kind={line.kind}>
          {line.kind === 'gap' ? '⋯' : `${MARKS[line.kind]} ${line.text}`}
        </span>
      ))}
    </section>
  );
}

interface ResultProps {
  result: NodeComparison['left'];
  /** The workflow of this run does not have the node. */
  elsewhere: boolean;
}

function Result({ result, elsewhere }: ResultProps) {
  if (!result) {
    return (
      <span className={classes.facts}>{elsewhere ? 'only in the other workflow' : 'was not reached'}</span>
    );
  }
  return (
    <span className={classes.facts}>
      <StatusBadge status={result.status as RunStatus} />
      <span>{duration(result.durationMs)}</span>
      {result.attempt > 1 && <span>{result.attempt} attempts</span>}
      {result.error && <span>{result.error.message}</span>}
    </span>
  );
}
