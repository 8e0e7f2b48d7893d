import { QueryClientProvider } from '@tanstack/react-query';
import { renderHook, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newQueryClient } from '@/api/queries';
import { usePlan } from '@/command/usePlan';
import { fromRun } from '@/runs/record';
import { useRun } from '@/runs/runStore';
import { onEnd } from '@/runs/startRun';
import { fakeFetch, json, run, workflow } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { speechHeard } from '@/test/speech';
import { carryOut } from '@/voice/intents';
import { VoiceButton } from '@/voice/VoiceButton';
import { useEditor } from '@/workflow/editor';
import { canSpeak, speak } from './speak';
import { useUi } from './ui';
import { useVoiceOptions } from './voiceOptions';

beforeEach(() => {
  useEditor.getState().open(workflow([]));
  useRun.getState().clear();
  useVoiceOptions.getState().choose({ speak: true });
});
afterEach(() => {
  vi.unstubAllGlobals();
  useVoiceOptions.getState().choose({ speak: false });
});

/** What was said, without the falling silent before each answer. */
const words = (heard: string[]) => heard.filter((line) => line !== '(silence)');

describe('answers are spoken', () => {
  it('only where the user wants that and the browser can', () => {
    expect(canSpeak()).toBe(false);
    expect(() => speak('Into the void')).not.toThrow();
    const heard = speechHeard();
    expect(canSpeak()).toBe(true);
    useVoiceOptions.getState().choose({ speak: false });
    speak('Unwanted');
    expect(heard).toEqual([]);
    useVoiceOptions.getState().choose({ speak: true });
    speak('  ');
    speak('Wanted');
    expect(heard).toEqual(['(silence)', 'Wanted']);
  });

  it('the last one instead of the one before, or after it, and never for minutes', () => {
    const heard = speechHeard();
    speak('First');
    speak('And more', { after: true });
    speak('x'.repeat(1_000));
    expect(heard.slice(0, 4)).toEqual(['(silence)', 'First', 'And more', '(silence)']);
    expect(heard[4]).toHaveLength(400);
  });

  it('as the menu says, which also ends what is being said', async () => {
    useVoiceOptions.getState().choose({ speak: false });
    const heard = speechHeard();
    fakeFetch({ 'GET /api/info': () => json({ speech: null }) });
    renderUi(<VoiceButton />);
    await userEvent.click(screen.getByRole('button', { name: 'Voice options' }));
    const item = await screen.findByRole('menuitemcheckbox', { name: 'Speak answers' });
    await userEvent.click(item);
    expect(useVoiceOptions.getState().speak).toBe(true);
    expect(JSON.parse(localStorage.getItem('voicegraph-voice') ?? '')).toMatchObject({ speak: true });
    expect(heard).toEqual([]);
    await userEvent.click(item);
    expect(heard).toEqual(['(silence)']);
  });
});

/** Says a sentence to the command bar's machinery. */
function planning() {
  const client = newQueryClient();
  const { result } = renderHook(() => usePlan(), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
  return result;
}

describe('what is said', () => {
  it('is the steps of a new workflow', async () => {
    const heard = speechHeard();
    fakeFetch({
      'POST /api/parse': () =>
        json({
          success: true,
          workflow: workflow(['Read', 'Sum up', 'Mail'], []),
          explanation: 'Three steps.',
          clauses: [],
          assumptions: [],
          planner: 'rules',
        }),
    });
    planning().current.plan('read, sum up, mail');
    await waitFor(() => expect(words(heard)).toEqual(['Planned: Read, then Sum up, then Mail.']));
  });

  it('is what an edit changed', async () => {
    const heard = speechHeard();
    useEditor.getState().open(workflow(['a']));
    useUi.getState().set({ mode: 'edit' });
    fakeFetch({
      'POST /api/edit-workflow': () =>
        json({
          success: true,
          workflow: workflow(['a', 'b']),
          message: 'Added “b” at the end.',
          diff: { addedNodes: ['b'], removedNodes: [], changedNodes: [], addedEdges: [], removedEdges: [] },
          clauses: [],
          assumptions: [],
          planner: 'rules',
        }),
    });
    planning().current.plan('add b');
    await waitFor(() => expect(words(heard)).toEqual(['Added “b” at the end.']));
  });

  it('is why a sentence was refused', async () => {
    const heard = speechHeard();
    fakeFetch({
      'POST /api/parse': () =>
        json({ error: 'That is no workflow.', code: 'off_topic', details: { example: 'Read …' } }, 422),
    });
    planning().current.plan('sing a song');
    await waitFor(() => expect(words(heard)).toEqual(['That is no workflow.']));
  });

  it('is what became of a command', async () => {
    const heard = speechHeard();
    await carryOut('undo');
    await carryOut('run');
    expect(words(heard)).toEqual(['There is nothing to undo.', 'There is no workflow to run yet.']);
  });

  it('is the outcome of a run', () => {
    const heard = speechHeard();
    useRun.getState().show(fromRun(run('run_1')), false);
    onEnd();
    const error = { code: 'smtp', message: 'The mail server refused.', retryable: false };
    useRun.getState().show(fromRun(run('run_2', { status: 'failed', error })), false);
    onEnd();
    expect(words(heard)).toEqual(['The run is complete.', 'The run failed. The mail server refused.']);
  });
});

it('does not plan on a workflow that was changed meanwhile', async () => {
  const heard = speechHeard();
  useEditor.getState().open(workflow(['a']));
  fakeFetch({
    'POST /api/edit-workflow': () => {
      useEditor.getState().commit((draft) => ({ ...draft, name: 'Changed by hand' }));
      return json({ success: true, workflow: workflow(['a', 'b']), message: 'Added “b”.', diff: {} });
    },
  });
  const plan = planning();
  plan.current.plan('add b');
  await waitFor(() => expect(plan.current.refusal?.message).toContain('changed while this was planned'));
  expect(useEditor.getState().proposal).toBeNull();
  expect(useEditor.getState().workflow.name).toBe('Changed by hand');
  expect(words(heard)).toHaveLength(1);
});

it('leaves what was typed while it planned', async () => {
  useEditor.getState().open(workflow([]));
  useUi.getState().set({ command: 'first' });
  fakeFetch({
    'POST /api/parse': () => {
      useUi.getState().set({ command: 'the next one' });
      return json({
        success: true,
        workflow: workflow(['a']),
        explanation: '',
        clauses: [],
        assumptions: [],
      });
    },
  });
  const plan = planning();
  plan.current.plan('first');
  await waitFor(() => expect(useEditor.getState().proposal).not.toBeNull());
  await waitFor(() => expect(plan.current.planning).toBe(false));
  expect(useUi.getState().command).toBe('the next one');
});
