import { Button, Group } from '@mantine/core';
import { IconBulb, IconCheck } from '@tabler/icons-react';
import { ACCENT } from '@/app/theme';
import { useUi } from '@/app/ui';
import { useEditor } from '@/workflow/editor';
import classes from './CommandBar.module.css';

/** What was understood, as a difference that waits for a yes. */
export function ProposalCard() {
  const proposal = useEditor((state) => state.proposal);
  const highlight = (ids: readonly string[]) => useUi.getState().set({ highlighted: ids });
  if (!proposal) return null;
  const { accept, reject } = useEditor.getState();
  const decide = (decision: () => void) => () => {
    highlight([]);
    decision();
  };
  return (
    <section className={classes.card} aria-label="Proposed change">
      <div className={classes.head}>
        <span className={classes.summary} data-testid="proposal-summary">
          {proposal.diff.summary || 'Nothing changes'}
        </span>
        <Group gap={8}>
          <Button size="xs" onClick={decide(reject)}>
            Undo
          </Button>
          <Button
            size="xs"
            variant="filled"
            color={ACCENT}
            leftSection={<IconCheck size={15} aria-hidden />}
            onClick={decide(accept)}
          >
            Accept
          </Button>
        </Group>
      </div>
      <div className={classes.body}>
        {proposal.explanation && <p>{proposal.explanation}</p>}
        {proposal.clauses.length > 0 && (
          <ul className={classes.clauses} aria-label="What each part of the sentence became">
            {proposal.clauses.map((clause) => (
              <li key={`${clause.text} ${clause.nodeIds.join(' ')}`}>
                <button
                  type="button"
                  className={classes.clause}
                  disabled={clause.nodeIds.length === 0}
                  onMouseEnter={() => highlight(clause.nodeIds)}
                  onMouseLeave={() => highlight([])}
                  onFocus={() => highlight(clause.nodeIds)}
                  onBlur={() => highlight([])}
                  onClick={() => useUi.getState().set({ toSelect: clause.nodeIds })}
                >
                  {clause.text}
                  {clause.doubtful && <span className={classes.guess}> best guess</span>}
                </button>
              </li>
            ))}
          </ul>
        )}
        {proposal.assumptions.length > 0 && (
          <ul className={classes.assumptions} aria-label="What was assumed">
            {proposal.assumptions.map((assumption) => (
              <li key={assumption}>
                <IconBulb size={15} aria-hidden />
                <span>{assumption}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
