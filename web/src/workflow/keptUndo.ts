/**
 * Keeps the steps of undo and redo across a reload, in the tab's own storage: those nearest to the draft, as far as
 * the room goes. They belong to one kept draft, named by when it was kept.
 */
import { fromJson, toJson } from '@/api/json';
import type { EditorState, Step } from './editor';

export interface KeptUndo {
  past: Step[];
  future: Step[];
}

const KEY = 'voicegraph-undo';
/** In characters; browsers give a tab some five million. */
const ROOM = 2_000_000;
const NONE: KeptUndo = { past: [], future: [] };

/** A step never changes, and is written with every keystroke that follows it. */
const written = new WeakMap<Step, string>();

function textOf(step: Step): string {
  const known = written.get(step);
  if (known !== undefined) return known;
  const text = toJson(step);
  written.set(step, text);
  return text;
}

/** As many of the steps as fit, the nearest first. */
function fitting(steps: Iterable<Step>, room: number): string[] {
  const texts: string[] = [];
  let left = room;
  for (const step of steps) {
    const text = textOf(step);
    left -= text.length;
    if (left < 0) break;
    texts.push(text);
  }
  return texts;
}

function textWithin({ past, future }: KeptUndo, at: number, room: number): string {
  const before = fitting([...past].reverse(), room);
  const left = room - before.reduce((sum, text) => sum + text.length, 0);
  return `{"at":${at},"past":[${before.reverse().join()}],"future":[${fitting(future, left).join()}]}`;
}

/** Where even a quarter finds no room, undo ends with the page; the draft itself is kept elsewhere. */
export function writeUndo(state: Pick<EditorState, 'past' | 'future'>, at: number): void {
  for (const room of [ROOM, ROOM / 4, 0]) {
    try {
      sessionStorage.setItem(KEY, textWithin(state, at, room));
      return;
    } catch {
      // Full: with less, then.
    }
  }
}

/** The steps kept with the draft of that moment. */
export function readUndo(at: number | undefined): KeptUndo {
  try {
    const kept = fromJson(sessionStorage.getItem(KEY) ?? 'null') as (KeptUndo & { at: number }) | null;
    return kept && kept.at === at ? { past: kept.past, future: kept.future } : NONE;
  } catch {
    return NONE;
  }
}
