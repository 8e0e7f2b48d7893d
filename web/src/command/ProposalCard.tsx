import { Button, Group } from '@mantine/core';
import { IconArrowRight, IconBulb, IconCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useInfo } from '@/api/queries';
import type { Clause, Workflow } from '@/api/types';
import { Tooltip } from '@/base/Tooltip';
import { ACCENT } from '@/base/theme';
import { useUi } from '@/base/ui';
import { restoreVersion } from '@/saved/olderVersions';
import { useHeld } from '@/voice/autorun';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { type Proposal, useEditor } from '@/workflow/editor';
import { acceptProposal } from './acceptProposal';
import classes from './ProposalCard.module.css';

const highlight = (ids: readonly string[]) => useUi.getState().set({ highlighted: ids });

/** What was understood, as a difference that waits for a yes. */
export function ProposalCard({ onAskModel }: { onAskModel: (proposal: Proposal) => void }) {
  const proposal = useEditor((state) => state.proposal);
  const hasModel = useInfo().data?.model != null;
  if (!proposal) return null;
  const { reject } = useEditor.getState();
  const older = proposal.kind === 'version';
  const decide = (decision: () => void) => () => {
    highlight([]);
    decision();
  };
  return (
    <section className={classes.card} aria-label={older ? 'Older version' : 'Proposed change'}>
      <div className={classes.head}>
        <span className={classes.summary} data-testid="proposal-summary">
          {proposal.diff.summary || 'Nothing changes'}
        </span>
        <Group gap={8}>
          {hasModel && proposal.planner === 'rules' && (
            <Tooltip label="This was planned by rules. Plan the sentence again with the language model.">
              <Button size="xs" variant="subtle" onClick={decide(() => onAskModel(proposal))}>
                Ask the model
              </Button>
            </Tooltip>
          )}
          <Button size="xs" aria-keyshortcuts="Escape" onClick={decide(reject)}>
            {older ? 'Close' : 'Undo'}
          </Button>
          {older ? <Restore proposal={proposal} /> : <Accept />}
        </Group>
      </div>
      <Held proposal={proposal} />
      <Reasons proposal={proposal} />
    </section>
  );
}

function Accept() {
  return (
    <Button
      size="xs"
      variant="filled"
      color={ACCENT}
      leftSection={<IconCheck size={15} aria-hidden />}
      aria-keyshortcuts="Enter"
      onClick={acceptProposal}
    >
      Accept
    </Button>
  );
}

/** Saves the version anew, as in the list of versions; the newest one is there already. */
function Restore({ proposal: { version } }: { proposal: Proposal }) {
  const saved = useEditor((state) => state.saved?.workflowId);
  const newest = useEditor((state) => state.version ?? 0);
  const restore = useMutation({
    mutationFn: ([id, number]: [string, number]) => restoreVersion(id, number, newest),
  });
  if (saved === undefined || version === null || version === newest) return null;
  return (
    <Button
      size="xs"
      variant="filled"
      color={ACCENT}
      loading={restore.isPending}
      onClick={() => confirmLeaving(() => restore.mutate([saved, version]))}
    >
      Restore
    </Button>
  );
}

/** Said with “run when nothing is open”, and something is. */
function Held({ proposal }: { proposal: Proposal }) {
  const held = useHeld();
  if (held.proposal !== proposal) return null;
  return (
    <p className={classes.held} role="status">
      It was not run by itself. {held.why}
    </p>
  );
}

function Reasons({ proposal }: { proposal: Proposal }) {
  const { clauses, assumptions, next } = proposal;
  const rest = unexplained(proposal);
  if (rest.length + clauses.length + assumptions.length === 0) return null;
  return (
    <div className={classes.body}>
      {clauses.length > 0 && (
        <ul className={classes.clauses} aria-label="What each part of the sentence became">
          {clauses.map((clause) => (
            <li key={`${clause.text} ${clause.nodeIds.join(' ')}`}>
              <ClauseLine clause={clause} workflow={next} />
            </li>
          ))}
        </ul>
      )}
      {rest.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {assumptions.length > 0 && (
        <ul className={classes.assumptions} aria-label="What was assumed">
          {assumptions.map((assumption) => (
            <li key={assumption}>
              <IconBulb size={15} aria-hidden />
              <span>{assumption}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Lines of the explanation that the list of clauses does not say already. */
function unexplained({ explanation, clauses }: Proposal): string[] {
  const lines = explanation.split('\n').filter((line) => line.trim() !== '');
  return lines.filter(
    (line) => !clauses.some((clause) => clause.nodeIds.length && line.startsWith(`“${clause.text}”`)),
  );
}

function ClauseLine({ clause, workflow }: { clause: Clause; workflow: Workflow }) {
  const labels = clause.nodeIds.map((id) => workflow.nodes.find((node) => node.id === id)?.label || id);
  return (
    <button
      type="button"
      className={classes.clause}
      disabled={labels.length === 0}
      onMouseEnter={() => highlight(clause.nodeIds)}
      onMouseLeave={() => highlight([])}
      onFocus={() => highlight(clause.nodeIds)}
      onBlur={() => highlight([])}
      onClick={() => useUi.getState().set({ toSelect: clause.nodeIds })}
    >
      <span className={classes.said}>
        “{clause.text}”{clause.doubtful && <span className={classes.guess}> best guess</span>}
      </span>
      {labels.length > 0 && (
        <>
          <IconArrowRight size={14} aria-hidden className={classes.arrow} />
          <span className={classes.became}>{labels.join(', ')}</span>
        </>
      )}
    </button>
  );
}
