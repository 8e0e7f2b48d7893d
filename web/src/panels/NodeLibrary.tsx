import { ActionIcon, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconSearch, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import { describe } from '@/api/http';
import { useCatalogue } from '@/api/queries';
import type { ActionInfo, Trigger } from '@/api/types';
import { ClearButton } from '@/base/ClearButton';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import { addAction, DRAG_TYPE } from '@/canvas/addAction';
import { iconFor } from '@/workflow/actionIcons';
import { actionKey } from '@/workflow/describe';
import { currentWorkflow, useEditor } from '@/workflow/editor';
import { triggerId } from '@/workflow/triggerIds';
import { groupActions, searchActions } from './library';
import classes from './NodeLibrary.module.css';
import panel from './Panel.module.css';

/** Every action of the catalogue, to drag onto the canvas or to add with a click. */
export function NodeLibrary() {
  const { data: catalogue, error } = useCatalogue();
  const phone = usePhone();
  const [query, setQuery] = useState('');
  const found = searchActions(catalogue?.nodes ?? [], query);
  const close = () => useUi.getState().set({ libraryOpen: false });
  const add = (action: ActionInfo) => {
    addAction(action);
    if (phone) close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && found[0] && query.trim()) add(found[0]);
  };
  return (
    <aside className={panel.panel} data-side="left" aria-label="Node library">
      <header className={panel.header}>
        <div className={panel.heading}>
          <h2 className={panel.title}>Node library</h2>
          <div className={panel.subtitle}>
            {phone ? 'Tap to add.' : 'Drag onto the canvas, or click to add.'}
          </div>
        </div>
        <ActionIcon aria-label="Close the node library" onClick={close}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </header>
      <TextInput
        className={classes.search}
        leftSection={<IconSearch size={15} aria-hidden />}
        placeholder="Search nodes"
        aria-label="Search nodes"
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        rightSection={query && <ClearButton label="Clear the search" onClear={() => setQuery('')} />}
        autoFocus
      />
      <div className={classes.list}>
        {error && <p className={classes.failed}>The nodes could not be loaded. {describe(error)}</p>}
        {!query && <Triggers />}
        {groupActions(found).map(({ group, title, actions }) => (
          <section key={group} aria-label={title}>
            <h3 className={classes.group}>{title}</h3>
            <ul className={classes.actions}>
              {actions.map((action) => (
                <li key={actionKey(action.type, action.action)}>
                  <ActionCard action={action} onAdd={() => add(action)} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {catalogue && found.length === 0 && <p className={classes.none}>No node is called that.</p>}
      </div>
    </aside>
  );
}

function ActionCard({ action, onAdd }: { action: ActionInfo; onAdd: () => void }) {
  const Icon = iconFor(action.type);
  return (
    <button
      type="button"
      className={classes.action}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAG_TYPE, actionKey(action.type, action.action));
        event.dataTransfer.effectAllowed = 'copy';
      }}
      onClick={onAdd}
      title={action.requires ?? action.description}
    >
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className={classes.words}>
        <span className={classes.name}>{action.title}</span>
        <span className={classes.type}>{action.type}</span>
      </span>
      {action.requires && (
        <span className={classes.warning}>
          <IconAlertTriangle size={15} aria-hidden />
          <span className="sr-only">{action.requires}</span>
        </span>
      )}
    </button>
  );
}

const TRIGGERS: { label: string; type: string; trigger: Trigger }[] = [
  { label: 'On a schedule', type: 'schedule', trigger: { kind: 'schedule', cron: '0 9 * * *' } },
  { label: 'When its webhook is called', type: 'webhook', trigger: { kind: 'webhook' } },
];

function Triggers() {
  const addTrigger = (trigger: Trigger) => {
    const index = currentWorkflow(useEditor.getState()).triggers.length;
    useEditor.getState().commit((workflow) => ({ ...workflow, triggers: [...workflow.triggers, trigger] }));
    useUi.getState().inspect(triggerId(index));
  };
  return (
    <section aria-label="Triggers">
      <h3 className={classes.group}>Triggers</h3>
      <ul className={classes.actions}>
        {TRIGGERS.map(({ label, type, trigger }) => {
          const Icon = iconFor(type);
          return (
            <li key={type}>
              <button type="button" className={classes.action} onClick={() => addTrigger(trigger)}>
                <Icon size={18} stroke={1.6} aria-hidden />
                <span className={classes.name}>{label}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
