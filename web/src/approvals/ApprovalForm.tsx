import { Button, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { ApiError, describe } from '@/api/http';
import { keys } from '@/api/queries';
import type { ApprovalCard } from '@/api/types';
import { exact } from '@/base/format';
import { Note } from '@/base/Note';
import { ACCENT } from '@/base/theme';
import { toastError } from '@/base/toasts';
import { OutputView } from '@/output/OutputView';
import classes from './approvals.module.css';

const IF_NOBODY = {
  approve: 'it is approved',
  reject: 'it is rejected',
  fail: 'the run fails',
} as const;

/** It waits no longer: the form goes, so it cannot hold the reason. */
function isGone(error: unknown): boolean {
  return (
    error instanceof ApiError && ['answered', 'not_waiting', 'expired', 'not_found'].includes(error.code)
  );
}

/** What waits for a person: the exact content, and the answer. The digest binds the answer to what is shown. */
export function ApprovalForm({ approval }: { approval: ApprovalCard }) {
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { waits } = approval;

  const answer = async (given: 'approve' | 'reject') => {
    setBusy(true);
    setProblem(null);
    try {
      await api.approve(approval.runId, {
        nodeId: approval.nodeId,
        answer: given,
        digest: waits.digest ?? '',
        comment,
        via: 'page',
      });
    } catch (error) {
      if (isGone(error)) toastError('Your answer was not taken', error);
      else setProblem(describe(error));
    }
    await client.invalidateQueries({ queryKey: keys.approvals });
    setBusy(false);
  };

  return (
    <section className={classes.form} aria-label={`Approval: ${approval.label || approval.nodeId}`}>
      <p className={classes.question}>{waits.message}</p>
      <Content approval={approval} />
      {(waits.approvers?.length ?? 0) > 0 && (
        <p className={classes.facts}>
          Asked by e-mail: {waits.approvers?.join(', ')}. The first answer counts.
        </p>
      )}
      {Object.entries(waits.unreached ?? {}).map(([name, reason]) => (
        <p key={name} className={classes.facts}>
          {name} could not be asked: {reason}
        </p>
      ))}
      {waits.expiresAt && waits.onExpiry && (
        <p className={classes.facts}>
          If nobody answers until {exact(waits.expiresAt)}, {IF_NOBODY[waits.onExpiry]}.
        </p>
      )}
      <Textarea
        label="Comment"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={2000}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      {problem && (
        <Note tone="error" title="Your answer was not taken">
          {problem}
        </Note>
      )}
      <div className={classes.buttons}>
        <Button disabled={busy} onClick={() => void answer('reject')}>
          Reject
        </Button>
        <Button variant="filled" color={ACCENT} loading={busy} onClick={() => void answer('approve')}>
          Approve
        </Button>
      </div>
    </section>
  );
}

/** All that goes on: data stands in a box of its own, and not in a tab or below a text, where nobody looks. */
function Content({ approval }: { approval: ApprovalCard }) {
  const { data, ...rest } = approval.content;
  const whole = api.outputUrl(approval.runId, approval.nodeId);
  if (!rest.text || data === null || data === undefined)
    return (
      <div className={classes.content}>
        <OutputView output={approval.content} whole={whole} />
      </div>
    );
  return (
    <>
      <div className={classes.content} data-half>
        <OutputView output={rest} whole={whole} />
      </div>
      <p className={classes.facts}>Data that goes on with it:</p>
      <div className={classes.content} data-half>
        <OutputView output={{ text: '', data, truncated: rest.truncated ?? false }} whole={whole} />
      </div>
    </>
  );
}
