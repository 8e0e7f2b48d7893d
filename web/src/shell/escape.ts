/** Esc closes one thing for each press, the topmost first: the order is here, and nowhere else. */
import { useEffect } from 'react';
import { focusCanvas } from '@/base/keepFocus';
import { topModal } from '@/base/openModals';
import { useUi } from '@/base/ui';
import { useRun } from '@/runs/runStore';
import { isBusy } from '@/voice/machine';
import { useVoice } from '@/voice/voiceStore';
import { closeProposal } from '@/workflow/closeProposal';
import { useEditor } from '@/workflow/editor';

/** Whether it closed something. Lists hear the key themselves: what is open there keeps it. */
type Layer = () => boolean | 'theirs';

/** A tooltip is in no layer: it goes with the key, whatever else that closes. */
const LAYERS: Layer[] = [
  recording,
  list,
  filter,
  popover,
  dialog,
  panel,
  library,
  message,
  proposal,
  textField,
];

export function useEscape(): void {
  useEffect(() => {
    // Before all others: Mantine's dialogs and popovers leave the key to this (theme.ts).
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.repeat) return;
  for (const close of LAYERS) {
    const closed = close();
    if (closed === 'theirs') return;
    if (!closed) continue;
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
}

const visible = (selector: string) =>
  [...document.querySelectorAll<HTMLElement>(selector)].findLast((element) => element.checkVisibility());

function recording(): boolean {
  const busy = isBusy(useVoice.getState().state);
  if (busy) useVoice.getState().cancel();
  return busy;
}

function list() {
  return visible('[role="listbox"]') ? 'theirs' : false;
}

/** What is typed into a field that filters a list goes before what the field stands in. */
function filter(): boolean {
  const button = document.activeElement
    ?.closest('.mantine-TextInput-root')
    ?.querySelector<HTMLElement>('[data-clears-field]');
  button?.click();
  return Boolean(button);
}

/** The button that opened it closes it, and has the focus again. */
function popover(): boolean {
  const open = visible('[role="menu"], [role="dialog"]:not([aria-modal="true"])');
  const opener = open && document.querySelector<HTMLElement>(`[aria-controls="${CSS.escape(open.id)}"]`);
  opener?.click();
  opener?.focus();
  return Boolean(opener);
}

function dialog() {
  const open = topModal();
  if (!open) return false;
  const button = open.querySelector<HTMLElement>('.mantine-Modal-close, .mantine-Drawer-close');
  button?.click();
  return button ? true : 'theirs';
}

function panel(): boolean {
  const { inspected, inspect } = useUi.getState();
  inspect(null);
  return inspected !== null;
}

function library(): boolean {
  const { libraryOpen, set } = useUi.getState();
  set({ libraryOpen: false });
  return libraryOpen && !useRun.getState().readOnly;
}

/** A card above the command bar, by the button that its reader would press. */
function message(): boolean {
  const button = visible('[data-esc]');
  button?.click();
  return button !== undefined;
}

function proposal(): boolean {
  const covered = useRun.getState().readOnly || useUi.getState().gone !== null;
  if (!useEditor.getState().proposal || covered) return false;
  closeProposal();
  return true;
}

function textField(): boolean {
  const inField = document.activeElement?.matches('input, textarea') ?? false;
  if (inField) focusCanvas();
  return inField;
}
