import { describe, expect, test } from 'vitest';
import { problemOf } from './capture';
import { IDLE, isBusy, next, PROBLEMS, type VoiceEvent, type VoiceState } from './machine';
import { hear, isOver, newEars, QUIET_MS, WAIT_MS } from './silence';

const TRANSCRIPT = { text: 'Run it', raw: 'run it', confidence: 0.9 };

function through(...events: VoiceEvent[]): VoiceState {
  return events.reduce(next, IDLE);
}

describe('the microphone button', () => {
  test('goes from the press to the text', () => {
    const press: VoiceEvent = { type: 'press', held: false };
    expect(through(press).kind).toBe('asking');
    expect(through(press, { type: 'granted' })).toEqual({ kind: 'listening', held: false });
    expect(through(press, { type: 'granted' }, { type: 'stop' }).kind).toBe('sending');
    const heard = through(
      press,
      { type: 'granted' },
      { type: 'stop' },
      { type: 'heard', transcript: TRANSCRIPT },
    );
    expect(heard).toEqual({ kind: 'heard', transcript: TRANSCRIPT });
  });

  test('a key let go before the microphone was there does not start to listen', () => {
    const state = through({ type: 'press', held: true }, { type: 'release' }, { type: 'granted' });
    expect(state.kind).toBe('asking');
    expect(next(state, { type: 'problem', problem: 'too_short' })).toMatchObject({ problem: 'too_short' });
  });

  test('cancel ends everything, and what comes late is not heard', () => {
    const cancelled = through(
      { type: 'press', held: false },
      { type: 'granted' },
      { type: 'stop' },
      { type: 'cancel' },
    );
    expect(cancelled).toEqual(IDLE);
    expect(next(cancelled, { type: 'heard', transcript: TRANSCRIPT })).toEqual(IDLE);
    expect(next(cancelled, { type: 'problem', problem: 'failed' })).toEqual(IDLE);
    expect(next(cancelled, { type: 'granted' })).toEqual(IDLE);
  });

  test('one recording at a time', () => {
    const listening = through({ type: 'press', held: false }, { type: 'granted' });
    expect(next(listening, { type: 'press', held: true })).toBe(listening);
    expect(next(listening, { type: 'send' })).toBe(listening);
    expect(isBusy(listening)).toBe(true);
    expect(isBusy(IDLE)).toBe(false);
  });

  test('a file goes to the server at once, and the model may have to be loaded first', () => {
    const sending = through({ type: 'send' }, { type: 'loading', model: 'tiny.en' });
    expect(sending).toEqual({ kind: 'sending', loading: 'tiny.en' });
  });

  test.each(Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[])(
    '%s says what to do, and lets one try again',
    (problem) => {
      const state = through({ type: 'press', held: false }, { type: 'problem', problem });
      expect(state).toEqual({ kind: 'problem', problem, message: PROBLEMS[problem] });
      expect(PROBLEMS[problem].length).toBeGreaterThan(40);
      expect(next(state, { type: 'press', held: false }).kind).toBe('asking');
    },
  );

  test("the server's words are better than ours", () => {
    const state = through({ type: 'send' }, { type: 'problem', problem: 'failed', message: 'Too long.' });
    expect(state).toMatchObject({ message: 'Too long.' });
  });
});

test.each([
  ['NotAllowedError', 'denied'],
  ['NotFoundError', 'missing'],
  ['NotReadableError', 'busy'],
  ['AbortError', 'busy'],
])('%s of the browser is %s', (name, problem) => {
  expect(problemOf(new DOMException('x', name))).toBe(problem);
});

describe('ears', () => {
  const heardAfter = (...blocks: [level: number, ms: number][]) =>
    blocks.reduce((ears, [level, ms]) => {
      let heard = ears;
      for (let at = 0; at < ms; at += 50) heard = hear(heard, level, 50);
      return heard;
    }, newEars());

  test('wait for somebody to begin, but not for ever', () => {
    expect(isOver(heardAfter([0.001, WAIT_MS - 100]))).toBe(false);
    expect(isOver(heardAfter([0.001, WAIT_MS]))).toBe(true);
    expect(heardAfter([0.001, WAIT_MS]).spoke).toBe(false);
  });
  test('hear a pause after speech as its end, and a short one not', () => {
    expect(isOver(heardAfter([0.2, 1000], [0.001, QUIET_MS - 100]))).toBe(false);
    expect(isOver(heardAfter([0.2, 1000], [0.001, 500], [0.2, 500], [0.001, QUIET_MS - 100]))).toBe(false);
    expect(isOver(heardAfter([0.2, 1000], [0.001, QUIET_MS]))).toBe(true);
  });
  test('take a click for no speech, and get used to a loud room', () => {
    expect(heardAfter([0.3, 50], [0.001, 500]).spoke).toBe(false);
    expect(isOver(heardAfter([0.01, 3000], [0.3, 1000], [0.02, QUIET_MS]))).toBe(true);
  });
});
