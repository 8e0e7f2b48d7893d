import { useHotkeys } from '@mantine/hooks';
import { modalOpen } from '@/base/openModals';
import { hasTyping } from '@/base/textFields';
import { useUi } from '@/base/ui';
import { acceptProposal } from '@/command/acceptProposal';
import { focusCommandBar } from '@/command/commandBarFocus';
import { useRun } from '@/runs/runStore';
import { useRunner } from '@/runs/startRun';
import { saveWorkflow } from '@/saved/save';
import { shownWorkflow, useEditor } from '@/workflow/editor';
import { triggerId } from '@/workflow/triggerIds';
import { useEscape } from './escape';
import { openPalette } from './openPalette';

/** In a text field a slash is a slash. */
const TEXT_FIELDS = ['INPUT', 'TEXTAREA', 'SELECT'];

const onPage = (action: () => void) => () => {
  if (!modalOpen()) action();
};

const editing = (action: () => void) => () => {
  if (!useRun.getState().readOnly) action();
};

/** Where something is typed, the browser's own undo must win; an empty command bar has nothing to take back. */
const onCanvas = (action: () => void) => (event: KeyboardEvent) => {
  if (hasTyping(event.target)) return;
  event.preventDefault(); // else it takes back what was typed in a field that has the focus no more
  if (!modalOpen()) action();
};

export function useShortcuts(): void {
  useEscape();
  const undo = onCanvas(editing(() => useEditor.getState().undo()));
  const redo = onCanvas(editing(() => useEditor.getState().redo()));
  useHotkeys(
    [
      ['/', onPage(focusCommandBar)],
      ['shift+?', () => useUi.getState().set({ dialog: 'shortcuts' })],
      ['?', () => useUi.getState().set({ dialog: 'shortcuts' })],
      ['Enter', onEnter, { preventDefault: false }],
      ['mod+A', selectAll, { preventDefault: false }],
    ],
    TEXT_FIELDS,
  );
  useHotkeys(
    [
      ['mod+Z', undo, { preventDefault: false }],
      ['mod+Y', redo, { preventDefault: false }],
      ['mod+shift+Z', redo, { preventDefault: false }],
      ['mod+Enter', runOrSubmit],
      ['mod+K', onPage(openPalette)],
      ['mod+S', editing(() => void saveWorkflow())],
    ],
    [],
    true,
  );
}

/** Two presses within this time are one that was meant once. */
const DOUBLE_MS = 500;
let pressedAt = Number.NEGATIVE_INFINITY;

/** The key for Run stops nothing: beside a run that goes on it asks. In a dialog it sends the dialog's own form. */
function runOrSubmit(event: KeyboardEvent): void {
  const again = event.repeat || event.timeStamp - pressedAt < DOUBLE_MS;
  pressedAt = event.timeStamp;
  if (!modalOpen() && !again) void useRunner.getState().run();
  if (!modalOpen()) return;
  const form = event.target instanceof Element ? event.target.closest('[aria-modal="true"] form') : null;
  if (form instanceof HTMLFormElement) form.requestSubmit();
}

/** All nodes of the canvas, and not the words of the page. */
function selectAll(event: KeyboardEvent): void {
  if (modalOpen()) return;
  event.preventDefault();
  const { readOnly, run } = useRun.getState();
  const { nodes, triggers } = (readOnly && run?.workflow) || shownWorkflow(useEditor.getState());
  const starts = (triggers ?? []).map((_, index) => triggerId(index));
  useUi.getState().set({ toSelect: [...starts, ...nodes.map((node) => node.id)] });
}

/** What does something of its own on Enter. */
const TAKES_ENTER = 'a, button, summary, [role], .react-flow__edge, [aria-modal="true"]';

/** Enter on a node that has the focus opens its form; on a button it is the button's; else it accepts a proposal. */
function onEnter(event: KeyboardEvent): void {
  const target = event.target as HTMLElement | null;
  const node = target?.closest('.react-flow__node');
  const id = node?.getAttribute('data-id');
  if (id && target === node) useUi.getState().inspect(id);
  else if (!event.repeat && !modalOpen() && !target?.closest(TAKES_ENTER)) acceptProposal();
}
