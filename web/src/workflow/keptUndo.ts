/**
 * Keeps the steps of undo and redo across a reload, in the tab's own storage: those nearest to the draft, as far as
 * the room goes. They belong to one kept draft, named by when it was kept.
 *
 * Neighbouring steps have nearly everything in common. Each node, edge and trigger is written once, and a workflow as a
 * list of those it has.
 */
import { fromJson, toJson } from '@/api/json';
import type { Workflow } from '@/api/types';
import type { EditorState, Step } from './editor';

export interface KeptUndo {
  past: Step[];
  future: Step[];
}

const LISTS = ['nodes', 'edges', 'triggers'] as const;

/** A workflow whose nodes, edges and triggers are indexes of `parts`. */
type Packed = Omit<Workflow, (typeof LISTS)[number]> & Record<(typeof LISTS)[number], number[]>;

/** A step whose workflows are indexes of `workflows`. */
interface PackedStep extends Omit<Step, 'workflow' | 'saved'> {
  workflow: number;
  saved: number | null;
}

interface Kept {
  at: number;
  parts: unknown[];
  workflows: Packed[];
  past: PackedStep[];
  future: PackedStep[];
}

const KEY = 'voicegraph-undo';
/** In characters; browsers give a tab some five million. */
const ROOM = 2_000_000;
const NONE: KeptUndo = { past: [], future: [] };

/** What never changes is written with every keystroke that follows it. */
const written = new WeakMap<object, string>();

function textOf(part: object): string {
  const known = written.get(part);
  if (known !== undefined) return known;
  const text = toJson(part);
  written.set(part, text);
  return text;
}

/** Texts, each of them once, and how long they are in all. */
class Pool {
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>();
  size = 0;

  place(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.texts.length);
    this.size += text.length + 1;
    return this.texts.push(text) - 1;
  }

  /** Back to so many. */
  cut(count: number): void {
    for (const text of this.texts.splice(count)) {
      this.#places.delete(text);
      this.size -= text.length + 1;
    }
  }
}

class Packer {
  readonly #parts = new Pool();
  readonly #workflows = new Pool();
  readonly #known = new Map<Workflow, number>();
  #size = 0;

  constructor(readonly room: number) {}

  #pack(workflow: Workflow): number {
    const known = this.#known.get(workflow);
    if (known !== undefined) return known;
    const lists = LISTS.map((list) => [list, workflow[list].map((part) => this.#parts.place(textOf(part)))]);
    const place = this.#workflows.place(toJson({ ...workflow, ...Object.fromEntries(lists) }));
    this.#known.set(workflow, place);
    return place;
  }

  /** As many of the steps as fit, the nearest first. */
  fitting(steps: Iterable<Step>): string[] {
    const texts: string[] = [];
    for (const step of steps) {
      const [parts, workflows] = [this.#parts.texts.length, this.#workflows.texts.length];
      const saved = step.saved && this.#pack(step.saved);
      const text = toJson({ ...step, workflow: this.#pack(step.workflow), saved });
      this.#size += text.length + 1;
      if (this.#size + this.#parts.size + this.#workflows.size > this.room) {
        this.#parts.cut(parts);
        this.#workflows.cut(workflows);
        this.#known.clear();
        break;
      }
      texts.push(text);
    }
    return texts;
  }

  get parts(): string {
    return this.#parts.texts.join();
  }

  get workflows(): string {
    return this.#workflows.texts.join();
  }
}

function textWithin({ past, future }: KeptUndo, at: number, room: number): string {
  const packer = new Packer(room);
  const before = packer.fitting([...past].reverse()).reverse();
  const after = packer.fitting(future);
  const lists = {
    parts: packer.parts,
    workflows: packer.workflows,
    past: before.join(),
    future: after.join(),
  };
  const named = Object.entries(lists).map(([name, texts]) => `"${name}":[${texts}]`);
  return `{"at":${at},${named.join()}}`;
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

function unpacked({ parts, workflows, past, future }: Kept): KeptUndo {
  const whole = workflows.map((packed) => {
    const lists = LISTS.map((list) => [list, packed[list].map((place) => parts[place])]);
    return { ...packed, ...Object.fromEntries(lists) } as Workflow;
  });
  const stepOf = (step: PackedStep): Step => ({
    ...step,
    workflow: whole[step.workflow] as Workflow,
    saved: step.saved === null ? null : (whole[step.saved] as Workflow),
  });
  return { past: past.map(stepOf), future: future.map(stepOf) };
}

/** The steps kept with the draft of that moment. */
export function readUndo(at: number | undefined): KeptUndo {
  try {
    const kept = fromJson(sessionStorage.getItem(KEY) ?? 'null') as Kept | null;
    return kept && kept.at === at ? unpacked(kept) : NONE;
  } catch {
    return NONE;
  }
}
