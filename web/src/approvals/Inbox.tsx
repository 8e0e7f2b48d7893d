import { Button, Drawer } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useState } from 'react';
import { describe } from '@/api/http';
import { useApprovals } from '@/api/queries';
import { ago } from '@/base/format';
import { Note } from '@/base/Note';
import { useMinute } from '@/base/useMinute';
import { usePhone } from '@/base/usePhone';
import { openRun } from '@/runs/openRun';
import { ApprovalForm } from './ApprovalForm';
import classes from './approvals.module.css';

/** What waits for a person, wherever it waits. Nothing is shown while nothing waits. */
export function Inbox() {
  const phone = usePhone();
  const now = useMinute();
  const [open, setOpen] = useState(false);
  const { data, error } = useApprovals();
  const count = data?.count ?? 0;
  if (count === 0 && !open) return null;
  return (
    <>
      <Button
        size="xs"
        flex="none"
        leftSection={<IconInbox size={16} aria-hidden />}
        aria-label={`${count} waiting for approval`}
        onClick={() => setOpen(true)}
      >
        {phone ? count : `${count} waiting`}
      </Button>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        position="right"
        size="min(100vw, 480px)"
        title="Waiting for approval"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {error && <Note tone="error">What waits could not be loaded. {describe(error)}</Note>}
        {count === 0 && <p>Nothing waits for you.</p>}
        {data && count > data.approvals.length && (
          <p className={classes.facts}>
            The oldest {data.approvals.length} of {count.toLocaleString('en')}; answered ones make room for
            the next.
          </p>
        )}
        {data?.approvals.map((one) => (
          <article key={`${one.runId}:${one.nodeId}`} className={classes.card}>
            <h3 className={classes.title}>{one.label || one.nodeId}</h3>
            <p className={classes.facts}>
              {one.transcribedText || one.workflowName}
              {one.askedAt && ` · ${ago(one.askedAt, now)}`}
            </p>
            <ApprovalForm approval={one} />
            <Button
              mt={8}
              size="compact-sm"
              variant="subtle"
              onClick={() => {
                setOpen(false);
                void openRun(one.runId);
              }}
            >
              Show the run
            </Button>
          </article>
        ))}
      </Drawer>
    </>
  );
}
