/** The microphone: asks for it, records, measures how loud it is, and lets go of it. */
import type { Problem } from './machine';

const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
const LEVEL_MS = 50;

export class CaptureError extends Error {
  constructor(readonly problem: Problem) {
    super(problem);
  }
}

export interface Capture {
  /** End the recording and have it. */
  stop: () => Promise<{ audio: Blob; ms: number }>;
  /** Let go of the microphone. Safe to call twice. */
  close: () => void;
}

/** Starts to record. `onLevel` gets the loudness (0 to 1) and the milliseconds since the last one. */
export async function startCapture(onLevel: (level: number, ms: number) => void): Promise<Capture> {
  if (!window.isSecureContext) throw new CaptureError('insecure');
  if (!navigator.mediaDevices || typeof MediaRecorder === 'undefined') throw new CaptureError('unsupported');
  const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  if (type === undefined) throw new CaptureError('unsupported');
  const stream = await microphone();
  try {
    return record(stream, type, onLevel);
  } catch {
    for (const track of stream.getTracks()) track.stop();
    throw new CaptureError('busy');
  }
}

function record(stream: MediaStream, type: string, onLevel: (level: number, ms: number) => void): Capture {
  const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 64_000 });
  const chunks: Blob[] = [];
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  const stopMeter = meter(stream, onLevel);
  const close = () => {
    stopMeter();
    for (const track of stream.getTracks()) track.stop();
  };
  const began = performance.now();
  recorder.start();
  return {
    close,
    stop: async () => {
      const ms = performance.now() - began;
      const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
      if (recorder.state !== 'inactive') {
        recorder.stop();
        await ended;
      }
      close();
      return { audio: new Blob(chunks, { type }), ms };
    },
  };
}

async function microphone(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new CaptureError(problemOf(error));
  }
}

/** The browser's names for what can go wrong. */
export function problemOf(error: unknown): Problem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return 'busy';
}

function meter(stream: MediaStream, onLevel: (level: number, ms: number) => void): () => void {
  const context = new AudioContext();
  void context.resume(); // some browsers begin with it suspended, and a suspended one hears silence
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  let last = performance.now();
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    let sum = 0;
    for (const sample of wave) sum += sample * sample;
    const now = performance.now();
    onLevel(Math.sqrt(sum / wave.length), now - last);
    last = now;
  }, LEVEL_MS);
  return () => {
    clearInterval(timer);
    if (context.state !== 'closed') void context.close();
  };
}
