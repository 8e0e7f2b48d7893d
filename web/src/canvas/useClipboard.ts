import { useEffect } from 'react';
import { modalOpen } from '@/base/openModals';
import { toast } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { copyNodes, pasteNodes } from '@/workflow/clipboard';
import { useEditor } from '@/workflow/editor';
import { remove } from '@/workflow/remove';
import type { ShownGraph } from './shownGraph';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function hasTextSelected(): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed;
}

/** Ctrl+C, Ctrl+X and Ctrl+V of nodes, by the browser's own clipboard events: they need no permission. */
export function useClipboard(view: ShownGraph): void {
  useEffect(() => {
    const copy = (event: ClipboardEvent) => {
      if (isTyping(event.target) || hasTextSelected() || modalOpen()) return;
      const { selected } = useUi.getState();
      const text = copyNodes(view.workflow, selected);
      if (!text || !event.clipboardData) return;
      event.clipboardData.setData('text/plain', text);
      event.preventDefault();
      if (event.type === 'cut' && !view.readOnly) {
        useEditor.getState().commit((workflow) => remove(workflow, selected, []));
      }
    };
    const paste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || view.readOnly || modalOpen()) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      let ids: string[] | null = null;
      useEditor.getState().commit((workflow) => {
        const pasted = pasteNodes(workflow, text);
        if (!pasted) return workflow;
        ids = pasted[1];
        return pasted[0];
      });
      if (ids) useUi.getState().set({ toSelect: ids, inspected: null });
      else if (text) toast('Nothing to paste', 'The clipboard holds no nodes. Copy some with Ctrl+C first.');
    };
    document.addEventListener('copy', copy);
    document.addEventListener('cut', copy);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('copy', copy);
      document.removeEventListener('cut', copy);
      document.removeEventListener('paste', paste);
    };
  }, [view]);
}
