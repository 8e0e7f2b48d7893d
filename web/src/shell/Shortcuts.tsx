import { Kbd } from '@mantine/core';
import { Dialog } from '@/base/Dialog';
import { useUi } from '@/base/ui';
import classes from './Shortcuts.module.css';

const SHORTCUTS: [string, string[]][] = [
  ['Put the cursor into the command bar', ['/']],
  ['Plan what is typed', ['Enter']],
  ['Accept what is proposed', ['Enter']],
  ['Talk while it is held', ['Space']],
  ['Run', ['Ctrl', 'Enter']],
  ['All commands', ['Ctrl', 'K']],
  ['Save', ['Ctrl', 'S']],
  ['Undo', ['Ctrl', 'Z']],
  ['Redo', ['Ctrl', 'Y']],
  ['Copy and paste nodes', ['Ctrl', 'C / V']],
  ['Select several nodes', ['Shift', 'drag']],
  ['Select all nodes', ['Ctrl', 'A']],
  ['Delete what is selected', ['Del']],
  ['Move the selected node', ['Arrows']],
  ['Open the selected node', ['Enter']],
  ['Close what is open, one thing at a time', ['Esc']],
  ['This list', ['?']],
];

export function Shortcuts() {
  const open = useUi((state) => state.dialog === 'shortcuts');
  return (
    <Dialog opened={open} onClose={() => useUi.getState().set({ dialog: null })} title="Keyboard shortcuts">
      <dl className={classes.list}>
        {SHORTCUTS.map(([does, shortcut]) => (
          <div key={does} className={classes.row}>
            <dt>{does}</dt>
            <dd>
              {shortcut.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
