import { Button } from '@mantine/core';
import { IconArrowRight, IconCircleCheck } from '@tabler/icons-react';
import { api } from '@/api/client';
import { useCatalogue } from '@/api/queries';
import { Note } from '@/base/Note';
import { useUi } from '@/base/ui';
import { OutputView } from '@/output/OutputView';
import { madeText } from '@/output/passed';
import { iconFor } from '@/workflow/actionIcons';
import { findAction, titleOf } from '@/workflow/describe';
import { ReplayFailedButton } from './ReplayButtons';
import classes from './ResultPanel.module.css';
import { isOver, type RunRecord } from './record';
import { type End, endsOf, failuresOf, wordsOf } from './runResult';

/** What the run was for: what its last nodes made, sent or saved; of a run that failed, where and what to do. */
export function ResultPanel({ run }: { run: RunRecord }) {
  const failures = failuresOf(run);
  const ends = endsOf(run);
  const over = isOver(run.status);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={classes.panel} aria-label="Result" tabIndex={0}>
      {!over && <p className={classes.words}>The result stands here once the run is over.</p>}
      {run.status === 'cancelled' && (
        <p className={classes.words}>
          The run was cancelled.{' '}
          {ends.length > 0 ? 'This is how far it came:' : 'Nothing was made until then.'}
        </p>
      )}
      {failures.map((end, index) => (
        <Failure key={end.node.id} run={run} end={end} isLast={index === failures.length - 1} />
      ))}
      {run.status === 'failed' && failures.length === 0 && (
        <Note tone="error" title="The run failed">
          {run.error ?? 'No reason is known.'}
        </Note>
      )}
      {run.status === 'failed' && ends.length > 0 && (
        <p className={classes.words}>What was done all the same:</p>
      )}
      {over && ends.map((end) => <Made key={end.node.id} run={run} end={end} />)}
      {run.status === 'completed' && ends.length === 0 && (
        <p className={classes.words}>The run is complete. None of its nodes had anything to do.</p>
      )}
    </section>
  );
}

const show = (id: string) => useUi.getState().set({ inspected: id, toSelect: [id] });

function useTitle({ node }: End): string {
  const { data: catalogue } = useCatalogue();
  return titleOf(node, findAction(catalogue, node));
}

interface FailureProps {
  run: RunRecord;
  end: End;
  isLast: boolean;
}

/** The reason, the node and, once for all of them, the way on. */
function Failure({ run, end, isLast }: FailureProps) {
  const title = useTitle(end);
  return (
    <Note tone="error" title={`“${title}” failed`}>
      <p className={classes.reason}>{end.result.error?.message ?? 'No reason is known.'}</p>
      <p className={classes.reason}>Mend the cause, then replay from there: what was done before is kept.</p>
      <div className={classes.ways}>
        <Button size="xs" onClick={() => show(end.node.id)}>
          Show the node
        </Button>
        {isLast && <ReplayFailedButton run={run} size="xs" />}
      </div>
    </Note>
  );
}

function Made({ run, end }: { run: RunRecord; end: End }) {
  const { node, result } = end;
  const { data: catalogue } = useCatalogue();
  const title = useTitle(end);
  const words = wordsOf(run, node, findAction(catalogue, node));
  const Icon = iconFor(node.type);
  return (
    <article className={classes.made} aria-label={`Result of ${title}`}>
      <header className={classes.header}>
        <Icon size={16} stroke={1.7} aria-hidden />
        <h3 className={classes.title}>{title}</h3>
        <Button
          size="compact-xs"
          variant="subtle"
          rightSection={<IconArrowRight size={13} aria-hidden />}
          onClick={() => show(node.id)}
        >
          Show the node
        </Button>
      </header>
      {words && (
        <p className={classes.sent}>
          <IconCircleCheck size={17} aria-hidden />
          {words}
        </p>
      )}
      {result.error && <Note tone="error">{result.error.message}</Note>}
      {result.output && (
        <OutputView
          output={result.output}
          whole={api.outputUrl(run.id, node.id)}
          textFirst={madeText(run, node.id)}
          filesFirst
        />
      )}
    </article>
  );
}
