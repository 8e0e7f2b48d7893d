import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { ApprovalCard } from '@/api/types';
import { fakeFetch, json, type Route } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { toastsSeen } from '@/test/toasts';
import { Inbox } from './Inbox';

function card(runId: string, more: Partial<ApprovalCard['waits']> = {}): ApprovalCard {
  return {
    runId,
    nodeId: 'ask',
    label: `Ask ${runId}`,
    workflowName: 'Digest',
    transcribedText: 'Send the digest once I said yes',
    askedAt: new Date().toISOString(),
    content: { text: `Dear Bea, **this** is ${runId}.` },
    waits: { kind: 'approval', message: 'May this go out?', digest: `digest of ${runId}`, ...more },
  };
}

/** The server's list, which answers take cards from. */
function open(cards: ApprovalCard[], approve: Record<string, Route> = {}, count = cards.length) {
  const waiting = [...cards];
  const answers: { run: string; body: unknown }[] = [];
  fakeFetch({
    'GET /api/approvals': () => json({ count: waiting.length ? count : 0, approvals: waiting }),
    ...approve,
    'POST /api/runs/': ({ url, body }) => {
      const run = url.split('/')[3] ?? '';
      answers.push({ run, body: JSON.parse(body) });
      waiting.splice(
        waiting.findIndex((one) => one.runId === run),
        1,
      );
      return json({ success: true });
    },
  });
  renderUi(<Inbox />);
  return { waiting, answers, user: userEvent.setup() };
}

const button = (count: number) => screen.findByRole('button', { name: `${count} waiting for approval` });
const form = (run: string) => within(screen.getByRole('region', { name: `Approval: Ask ${run}` }));

it('takes no room while nothing waits', async () => {
  open([]);
  await waitFor(() => expect(fetch).toHaveBeenCalled());
  expect(screen.queryByRole('button')).toBeNull();
});

it('shows the text and the data that goes on with it', async () => {
  const one = card('run_1');
  const { user } = open([{ ...one, content: { ...one.content, data: { to: 'eve@example.net' } } }]);
  await user.click(await button(1));
  const { getByText } = form('run_1');
  expect(getByText('this').tagName).toBe('STRONG');
  expect(getByText('Data that goes on with it:')).toBeTruthy();
  expect(getByText(/eve@example.net/)).toBeTruthy();
});

it('shows what is asked of whom, and what happens when nobody answers', async () => {
  const { user } = open([
    card('run_1', {
      approvers: ['boss@example.org'],
      unreached: { 'boss@example.org': 'The mail server cannot be reached.' },
      expiresAt: '2026-03-02T10:00:00Z',
      onExpiry: 'reject',
    }),
  ]);
  await user.click(await button(1));
  const { getByText } = form('run_1');
  expect(getByText('May this go out?')).toBeTruthy();
  expect(getByText('this').tagName).toBe('STRONG');
  expect(getByText(/Asked by e-mail: boss@example.org/)).toBeTruthy();
  expect(getByText(/could not be asked: The mail server cannot be reached/)).toBeTruthy();
  expect(getByText(/If nobody answers until .*2026.*, it is rejected\./)).toBeTruthy();
});

it('sends the answer for exactly what was shown, with the comment, and asks on', async () => {
  const { answers, user } = open([card('run_1'), card('run_2')]);
  await user.click(await button(2));
  await user.type(form('run_1').getByRole('textbox', { name: 'Comment' }), 'Fine by me.');
  await user.click(form('run_1').getByRole('button', { name: 'Approve' }));
  await waitFor(() => expect(screen.queryByRole('region', { name: 'Approval: Ask run_1' })).toBeNull());
  await user.click(form('run_2').getByRole('button', { name: 'Reject' }));
  expect(await screen.findByText('Nothing waits for you.')).toBeTruthy();
  const sent = { nodeId: 'ask', via: 'page' };
  expect(answers).toEqual([
    { run: 'run_1', body: { ...sent, answer: 'approve', digest: 'digest of run_1', comment: 'Fine by me.' } },
    { run: 'run_2', body: { ...sent, answer: 'reject', digest: 'digest of run_2', comment: '' } },
  ]);
});

it('says why an answer was not taken, and lets one answer again', async () => {
  const refusal = { error: 'What was shown is not what waits now. Look at it again.', code: 'other_content' };
  const { user } = open([card('run_1')], {
    'POST /api/runs/run_1/approve': () => json(refusal, 409),
  });
  await user.click(await button(1));
  await user.type(form('run_1').getByRole('textbox', { name: 'Comment' }), 'Yes');
  await user.click(form('run_1').getByRole('button', { name: 'Approve' }));
  expect(await form('run_1').findByText(refusal.error)).toBeTruthy();
  await waitFor(() =>
    expect(form('run_1').getByRole('button', { name: 'Approve' }).hasAttribute('data-loading')).toBe(false),
  );
  expect(form('run_1').getByRole('textbox', { name: 'Comment' })).toHaveProperty('value', 'Yes');
});

it('keeps the reason in sight when the question is gone', async () => {
  const seen = toastsSeen();
  const refusal = { error: 'This was answered already. The first answer counts.', code: 'answered' };
  const { waiting, user } = open([card('run_1')], {
    'POST /api/runs/run_1/approve': () => {
      waiting.pop(); // somebody else was faster
      return json(refusal, 409);
    },
  });
  await user.click(await button(1));
  await user.click(form('run_1').getByRole('button', { name: 'Approve' }));
  expect(await screen.findByText('Nothing waits for you.')).toBeTruthy();
  expect(seen).toEqual([`Your answer was not taken: ${refusal.error}`]);
});

it('says that there are more than it shows', async () => {
  const { user } = open([card('run_1'), card('run_2')], {}, 2_000);
  await user.click(await button(2_000));
  expect(screen.getByText(/The oldest 2 of 2,000/)).toBeTruthy();
});

it('says so when the run behind a question cannot be shown', async () => {
  const seen = toastsSeen();
  const { user } = open([card('run_1')], {
    'GET /api/runs/run_1': () => json({ error: 'There is no such run.', code: 'not_found' }, 404),
  });
  await user.click(await button(1));
  await user.click(screen.getByRole('button', { name: 'Show the run' }));
  await waitFor(() => expect(seen).toEqual(['The run could not be opened: There is no such run.']));
});
