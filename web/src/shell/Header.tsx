import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconCommand, IconDeviceFloppy, IconMoon, IconSun } from '@tabler/icons-react';
import { Inbox } from '@/approvals/Inbox';
import { focusCanvas } from '@/base/keepFocus';
import { Tooltip } from '@/base/Tooltip';
import { usePhone } from '@/base/usePhone';
import { useRun } from '@/runs/runStore';
import { saveWorkflow } from '@/saved/save';
import { isBlank, isBuiltOn, isDirty, useEditor } from '@/workflow/editor';
import { rename } from '@/workflow/ops';
import classes from './Header.module.css';
import { Logo } from './Logo';
import { openPalette } from './openPalette';
import { WorkflowMenu } from './WorkflowMenu';

export function Header() {
  const phone = usePhone();
  return (
    <header className={classes.header}>
      <Logo named={!phone} />
      <WorkflowName />
      <WorkflowMenu />
      <span className={classes.spring} />
      <Inbox />
      <SaveButton />
      <Tooltip label="All commands (Ctrl+K)">
        <ActionIcon aria-label="All commands" onClick={openPalette}>
          <IconCommand size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <ThemeSwitch />
    </header>
  );
}

function WorkflowName() {
  const blank = useEditor(isBlank);
  const draftName = useEditor((state) => state.workflow.name);
  const looked = useEditor((state) => state.proposal !== null && !isBuiltOn(state));
  const runName = useRun((state) => (state.readOnly ? state.run?.name : undefined));
  const dirty = useEditor(isDirty);
  if (runName !== undefined) return <span className={classes.shownName}>{runName}</span>;
  if (blank) return null;
  return (
    <>
      <input
        className={classes.name}
        aria-label="Name of the workflow"
        value={draftName}
        maxLength={200}
        readOnly={looked}
        onChange={(event) => {
          const name = event.currentTarget.value;
          useEditor.getState().commit((workflow) => rename(workflow, name), 'name');
        }}
        onKeyDown={(event) => event.key === 'Enter' && focusCanvas()}
      />
      {dirty && (
        <Tooltip label="Not saved yet. It is kept in this browser until you save it.">
          <span className={classes.unsaved} role="img" aria-label="Unsaved changes" />
        </Tooltip>
      )}
    </>
  );
}

function SaveButton() {
  const savable = useEditor(isDirty);
  const readOnly = useRun((state) => state.readOnly);
  if (!savable || readOnly) return null;
  return (
    <Tooltip label="Ctrl+S">
      <Button
        size="xs"
        className={classes.save}
        leftSection={<IconDeviceFloppy size={15} aria-hidden />}
        onClick={() => void saveWorkflow()}
      >
        Save
      </Button>
    </Tooltip>
  );
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip label={`Switch to ${next}`}>
      <ActionIcon aria-label={`Switch to ${next} colours`} onClick={() => setColorScheme(next)}>
        {scheme === 'dark' ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
