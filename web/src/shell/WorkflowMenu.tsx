import { ActionIcon, FileButton, Menu } from '@mantine/core';
import {
  IconAdjustments,
  IconApi,
  IconCalendarClock,
  IconCopy,
  IconDeviceFloppy,
  IconDotsVertical,
  IconDownload,
  IconFolderOpen,
  IconHistory,
  IconKeyboard,
  IconPlus,
  IconPuzzle,
  IconUpload,
} from '@tabler/icons-react';
import { useRef } from 'react';
import { Tooltip } from '@/base/Tooltip';
import { useUi } from '@/base/ui';
import { useRun } from '@/runs/runStore';
import { duplicateWorkflow, exportWorkflow, importWorkflow, newWorkflow, saveWorkflow } from '@/saved/save';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { isBlank, useEditor } from '@/workflow/editor';

/** What can be done with the workflow as a whole. */
export function WorkflowMenu() {
  const blank = useEditor(isBlank);
  const readOnly = useRun((state) => state.readOnly);
  const openFile = useRef<() => void>(null);
  const { set } = useUi.getState();
  const size = 16;
  const noDraft = blank || readOnly;
  return (
    <>
      <FileButton
        accept="application/json,.json,.yaml,.yml"
        inputProps={{ 'aria-label': 'Workflow file to import' }}
        onChange={(file) => file && confirmLeaving(() => void importWorkflow(file))}
      >
        {({ onClick }) => {
          openFile.current = onClick;
          return null;
        }}
      </FileButton>
      <Menu>
        <Menu.Target>
          <Tooltip label="Workflow menu">
            <ActionIcon aria-label="Workflow menu">
              <IconDotsVertical size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPlus size={size} />} onClick={() => confirmLeaving(newWorkflow)}>
            New workflow
          </Menu.Item>
          <Menu.Item
            leftSection={<IconFolderOpen size={size} />}
            onClick={() => set({ dialog: 'open-workflow' })}
          >
            Saved workflows…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCalendarClock size={size} />}
            onClick={() => set({ dialog: 'schedules' })}
          >
            Schedules…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDeviceFloppy size={size} />}
            disabled={noDraft}
            onClick={() => void saveWorkflow()}
          >
            Save
          </Menu.Item>
          <Menu.Item
            leftSection={<IconHistory size={size} />}
            disabled={noDraft}
            onClick={() => set({ dialog: 'versions' })}
          >
            Versions…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconCopy size={size} />}
            disabled={noDraft}
            onClick={() => confirmLeaving(duplicateWorkflow)}
          >
            Duplicate
          </Menu.Item>
          <Menu.Item
            leftSection={<IconAdjustments size={size} />}
            disabled={blank && !readOnly}
            onClick={() => set({ dialog: 'workflow-settings' })}
          >
            Workflow settings…
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconUpload size={size} />} onClick={() => openFile.current?.()}>
            Import from file…
          </Menu.Item>
          <Menu.Item leftSection={<IconDownload size={size} />} disabled={noDraft} onClick={exportWorkflow}>
            Export to file
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconPuzzle size={size} />}
            disabled={readOnly}
            onClick={() => set({ libraryOpen: true })}
          >
            Node library
          </Menu.Item>
          <Menu.Item leftSection={<IconKeyboard size={size} />} onClick={() => set({ dialog: 'shortcuts' })}>
            Keyboard shortcuts
          </Menu.Item>
          <Menu.Item leftSection={<IconApi size={size} />} component="a" href="/api/docs" target="_blank">
            API documentation
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
