import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { Kbd, useMantineColorScheme } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useCatalogue, useSavedWorkflows } from '@/api/queries';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import { addAction } from '@/canvas/addAction';
import { autoLayout } from '@/canvas/autoLayout';
import { focusCommandBar } from '@/command/commandBarFocus';
import { useRun } from '@/runs/runStore';
import { useRunner } from '@/runs/startRun';
import { exportWorkflow, newWorkflow, openWorkflow, saveWorkflow } from '@/saved/save';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { actionKey } from '@/workflow/describe';
import { isBlank, useEditor } from '@/workflow/editor';
import { paletteStore } from './openPalette';

/** Everything the page can do, by name. */
export function Palette() {
  const phone = usePhone();
  const groups: SpotlightActionGroupData[] = [
    { group: 'Commands', actions: useCommands() },
    { group: 'Saved workflows', actions: useSaved() },
    { group: 'Add a node', actions: useNodes() },
  ];
  return (
    <Spotlight
      store={paletteStore}
      actions={groups}
      shortcut={null}
      closeOnEscape
      limit={12}
      highlightQuery={false}
      attributes={{ content: { 'aria-label': 'All commands' } }}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      nothingFound="Nothing is called that."
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: phone ? 'Search all commands' : 'Search commands, nodes and saved workflows',
        'aria-label': 'Search commands',
      }}
    />
  );
}

interface Command {
  label: string;
  keys?: string;
  onClick: () => void;
}

function useCommands() {
  const { background, setBackground, set } = useUi();
  const { setColorScheme } = useMantineColorScheme();
  const blank = useEditor(isBlank);
  const readOnly = useRun((state) => state.readOnly);
  const { undo, redo } = useEditor.getState();
  const always: Command[] = [
    { label: 'Say something', keys: '/', onClick: () => setTimeout(focusCommandBar, 50) },
    { label: 'Workflow History', onClick: () => set({ historyOpen: true }) },
    { label: 'New workflow', onClick: () => confirmLeaving(newWorkflow) },
    { label: 'Schedules', onClick: () => set({ dialog: 'schedules' }) },
    { label: 'Saved workflows', onClick: () => set({ dialog: 'open-workflow' }) },
    { label: 'Keyboard shortcuts', keys: '?', onClick: () => set({ dialog: 'shortcuts' }) },
    {
      label: background ? 'Turn Background Execution off' : 'Turn Background Execution on',
      onClick: () => setBackground(!background),
    },
    { label: 'Light colours', onClick: () => setColorScheme('light') },
    { label: 'Dark colours', onClick: () => setColorScheme('dark') },
    { label: 'Colours of the system', onClick: () => setColorScheme('auto') },
  ];
  const withDraft: Command[] = [
    { label: 'Run', keys: 'Ctrl+Enter', onClick: () => void useRunner.getState().run() },
    { label: 'Save', keys: 'Ctrl+S', onClick: () => void saveWorkflow() },
    { label: 'Versions', onClick: () => set({ dialog: 'versions' }) },
    { label: 'Undo', keys: 'Ctrl+Z', onClick: undo },
    { label: 'Redo', keys: 'Ctrl+Y', onClick: redo },
    { label: 'Arrange nodes', onClick: () => void autoLayout() },
    { label: 'Fit to view', onClick: () => useUi.getState().requestFit(true) },
    { label: 'Export to file', onClick: exportWorkflow },
  ];
  const commands: Command[] = [
    ...(blank || readOnly ? [] : withDraft),
    ...(readOnly ? [] : [{ label: 'Node library', onClick: () => set({ libraryOpen: true }) }]),
    ...always,
  ];
  return commands.map(({ keys, ...command }) => ({
    id: command.label,
    rightSection: keys && <Kbd>{keys}</Kbd>,
    ...command,
  }));
}

function useSaved() {
  const { data = [] } = useSavedWorkflows(true);
  return data.map((workflow) => ({
    id: workflow.id,
    label: workflow.name,
    onClick: () => confirmLeaving(() => void openWorkflow(workflow.id)),
  }));
}

function useNodes() {
  const { data: catalogue } = useCatalogue();
  const readOnly = useRun((state) => state.readOnly);
  if (readOnly) return [];
  return (catalogue?.nodes ?? []).map((action) => ({
    id: actionKey(action.type, action.action),
    label: action.title,
    description: action.type,
    onClick: () => addAction(action),
  }));
}
