import { Button, Drawer } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useState } from 'react';
import { useApprovals } from '@/api/queries';
import { usePhone } from '@/app/usePhone';
import { relative } from '@/runs/format';
import { showRun } from '@/runs/watch';
import { ApprovalForm } from './ApprovalForm';
import classes from './approvals.module.css';

/** What waits for a person, wherever it waits. Nothing is shown while nothing waits. */
export function Inbox() {
  const phone = usePhone();
  const [open, setOpen] = useState(false);
  const { data } = useApprovals();
  const count = data?.count ?? 0;
  if (count === 0 && !open) return null;
  return (
    <>
      <Button
        size="xs"
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
        {count === 0 && <p>Nothing waits for you.</p>}
        {data?.approvals.map((one) => (
          <article key={`${one.runId}:${one.nodeId}`} className={classes.card}>
            <h3 className={classes.title}>{one.label || one.nodeId}</h3>
            <p className={classes.facts}>
              {one.transcribedText || one.workflowName}
              {one.askedAt && ` · ${relative(one.askedAt, Date.now())}`}
            </p>
            <ApprovalForm approval={one} />
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => {
                setOpen(false);
                void showRun(one.runId, { readOnly: true });
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
