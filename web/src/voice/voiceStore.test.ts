import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeFetch, json } from '@/test/fakes';
import { type Capture, startCapture } from './capture';
import { useVoice } from './voiceStore';

vi.mock('./capture', async (original) => ({ ...(await original()), startCapture: vi.fn() }));

/** A microphone that opens when it is told to. */
function microphone() {
  const closed: number[] = [];
  const opened: (() => void)[] = [];
  vi.mocked(startCapture).mockImplementation(
    () =>
      new Promise<Capture>((resolve) => {
        const which = opened.length;
        const close = () => closed.push(which);
        const stop = async () => ({ audio: new Blob(['sound']), ms: 1_000 });
        opened.push(() => resolve({ close, stop }));
      }),
  );
  return { closed, open: (which: number) => opened[which]?.() };
}

const voice = () => useVoice.getState();
const kind = () => voice().state.kind;
const HEARD = { success: true, text: 'Run it', raw: 'run it', confidence: 0.9 };

beforeEach(() => {
  fakeFetch({ 'POST /api/transcribe/prepare': () => json({}), 'POST /api/transcribe': () => json(HEARD) });
});
afterEach(() => voice().cancel());

describe('the microphone', () => {
  it('goes from a press to what was heard, and lets go', async () => {
    const { closed, open } = microphone();
    const pressed = voice().press();
    open(0);
    await pressed;
    expect(kind()).toBe('listening');
    await voice().press();
    await vi.waitFor(() => expect(kind()).toBe('heard'));
    expect(closed).toEqual([0]);
  });

  it('that was granted after a cancel is let go, and not taken for the next recording', async () => {
    const { closed, open } = microphone();
    const first = voice().press();
    voice().cancel();
    const second = voice().press();
    open(0);
    await first;
    expect(kind()).toBe('asking');
    expect(closed).toEqual([0]);
    open(1);
    await second;
    expect(kind()).toBe('listening');
    expect(closed).toEqual([0]);
  });

  it('is let go when the key was too short', async () => {
    const { closed, open } = microphone();
    const pressed = voice().press(true);
    voice().release();
    open(0);
    await pressed;
    expect(voice().state).toMatchObject({ kind: 'problem', problem: 'too_short' });
    expect(closed).toEqual([0]);
  });
});

describe('an audio file', () => {
  const file = new File(['sound'], 'note.webm', { type: 'audio/webm' });

  it('is not sent while a recording is on its way', async () => {
    let answer: (response: Response) => void = () => undefined;
    const { calls } = fakeFetch({
      'POST /api/transcribe': () =>
        new Promise<Response>((resolve) => {
          answer = resolve;
        }),
    });
    const first = voice().useFile(file);
    await voice().useFile(file);
    expect(calls).toEqual(['POST /api/transcribe']);
    answer(json(HEARD));
    await first;
    expect(kind()).toBe('heard');
  });

  it('that is too large is refused before it is sent', async () => {
    const { calls } = fakeFetch({});
    const large = new File([], 'hour.wav');
    Object.defineProperty(large, 'size', { value: 26 * 1024 * 1024 });
    await voice().useFile(large);
    expect(voice().state).toMatchObject({ problem: 'failed', message: expect.stringContaining('25 MB') });
    expect(calls).toEqual([]);
  });
});
