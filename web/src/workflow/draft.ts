/**
 * Keeps unsaved work across reloads, one slot a tab.
 *
 * The slot's id lives in sessionStorage, which a reload keeps. A duplicated tab copies sessionStorage, so a Web Lock
 * named after the slot tells the two apart; a slot whose lock is free and which no tab owns is what a closed window
 * left behind, and the next new tab takes it up.
 */

import { fromJson, toJson } from '@/api/json';
import type { RunConfig } from '@/api/types';
import type { EditorState, Proposal, Step } from './editor';
import { type KeptUndo, readUndo, writeUndo } from './keptUndo';
import { isEmpty } from './ops';

export interface KeptDraft extends Step {
  proposal: Proposal | null;
  answers: RunConfig;
  runId: string | null;
  at: number;
}

const PREFIX = 'voicegraph-draft-';
const SLOT = 'voicegraph-slot';
const MAX_KEPT = 12;

function read(slot: string): KeptDraft | null {
  try {
    const text = localStorage.getItem(PREFIX + slot);
    return text ? (fromJson(text) as KeptDraft) : null;
  } catch {
    return null;
  }
}

/** Whether it holds what is saved nowhere. Its objects come from a text, so that contents are compared. */
function isUnsaved({ workflow, saved, proposal }: KeptDraft): boolean {
  return proposal !== null || (saved ? toJson(workflow) !== toJson(saved) : !isEmpty(workflow));
}

interface Slot {
  name: string;
  kept: KeptDraft | null;
  unsaved: boolean;
}

/** Every kept slot: those with unsaved work first, then the newest. */
function keptSlots(): Slot[] {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  const slots = keys.map((key): Slot => {
    const name = key.slice(PREFIX.length);
    const kept = read(name);
    return { name, kept, unsaved: kept !== null && isUnsaved(kept) };
  });
  return slots.sort((a, b) => Number(b.unsaved) - Number(a.unsaved) || (b.kept?.at ?? 0) - (a.kept?.at ?? 0));
}

/** Hold the slot's lock for the life of the page. False when another tab has it. */
function claim(slot: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(slot === sessionStorage.getItem(SLOT));
  return new Promise((resolve) => {
    void navigator.locks.request(PREFIX + slot, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => undefined) : undefined;
    });
  });
}

export class DraftKeeper {
  private constructor(
    readonly slot: string,
    readonly kept: KeptDraft | null,
  ) {}

  /** What can be undone and done again in that draft. */
  get undo(): KeptUndo {
    return readUndo(this.kept?.at);
  }

  /**
   * Find this tab's slot and what it holds. A new tab takes up what a closed one left behind: unsaved work rather than
   * saved, and where it was opened for a saved workflow, `id`, only unsaved work on that one.
   */
  static async open(id?: string): Promise<DraftKeeper> {
    try {
      return await DraftKeeper.#find(id);
    } catch {
      return new DraftKeeper('closed', null); // no storage at all: work goes on, unkept
    }
  }

  static async #find(id: string | undefined): Promise<DraftKeeper> {
    const own = sessionStorage.getItem(SLOT);
    if (own && (await claim(own))) return new DraftKeeper(own, read(own));
    const fresh = crypto.getRandomValues(new Uint32Array(2)).join('-');
    sessionStorage.setItem(SLOT, fresh);
    await claim(fresh);
    if (own) return new DraftKeeper(fresh, read(own)); // a duplicated tab goes on with a copy
    return new DraftKeeper(fresh, await DraftKeeper.#adopt(id));
  }

  static async #adopt(id: string | undefined): Promise<KeptDraft | null> {
    const found = keptSlots();
    for (const { name } of found.slice(MAX_KEPT)) localStorage.removeItem(PREFIX + name);
    for (const { name, kept, unsaved } of found.slice(0, MAX_KEPT)) {
      const isWanted = id === undefined || (unsaved && kept?.saved?.workflowId === id);
      if (!kept || !isWanted || !(await claim(name))) continue;
      localStorage.removeItem(PREFIX + name);
      return kept;
    }
    return null;
  }

  /** False when the browser would not keep it (storage full or closed). */
  write(state: EditorState, runId: string | null): boolean {
    const { workflow, said, saved, version, answers } = state;
    const proposal = state.proposal?.kind === 'version' ? null : state.proposal; // it was only looked at
    const kept: KeptDraft = { workflow, said, proposal, saved, version, answers, runId, at: Date.now() };
    writeUndo(state, kept.at);
    try {
      localStorage.setItem(PREFIX + this.slot, toJson(kept));
      return true;
    } catch {
      return false;
    }
  }
}
