import { Button, Menu, MultiSelect, Pill, Popover, TextInput } from '@mantine/core';
import { IconChartBar, IconDownload, IconFilter } from '@tabler/icons-react';
import { api } from '@/api/client';
import type { HistoryFilter, RunStatus } from '@/api/types';
import { STATUS_WORDS } from '@/runs/StatusMark';
import classes from './HistoryTools.module.css';
import { isFiltered, NOTHING, type TriggerKind, useHistoryView } from './historyView';

const STATUSES: RunStatus[] = ['running', 'waiting', 'pending', 'completed', 'failed', 'cancelled'];
const TRIGGERS: Record<TriggerKind, string> = {
  manual: 'By hand',
  schedule: 'Schedule',
  webhook: 'Webhook',
  replay: 'Replay',
  workflow: 'Another workflow',
  error: 'A failure',
};

/** Filter, export and statistics; what is filtered by stands below as chips that can be taken away. */
export function HistoryFilters({ filter }: { filter: HistoryFilter }) {
  const view = useHistoryView();
  const { set } = view;
  return (
    <>
      <div className={classes.row}>
        <Popover position="bottom-start" width={300} shadow="md" trapFocus withArrow>
          <Popover.Target>
            <Button size="xs" leftSection={<IconFilter size={15} aria-hidden />}>
              Filter
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <div className={classes.fields}>
              <MultiSelect
                label="Status"
                placeholder={view.statuses.length > 0 ? '' : 'Every status'}
                data={STATUSES.map((value) => ({ value, label: STATUS_WORDS[value] }))}
                value={view.statuses}
                clearable
                comboboxProps={{ withinPortal: false }}
                onChange={(statuses) => set({ statuses: statuses as RunStatus[] })}
              />
              <MultiSelect
                label="Started by"
                placeholder={view.triggers.length > 0 ? '' : 'Anything'}
                data={Object.entries(TRIGGERS).map(([value, label]) => ({ value, label }))}
                value={view.triggers}
                clearable
                comboboxProps={{ withinPortal: false }}
                onChange={(triggers) => set({ triggers: triggers as TriggerKind[] })}
              />
              <TextInput
                type="date"
                label="From"
                value={view.from}
                max={view.to || undefined}
                onChange={(event) => set({ from: event.currentTarget.value })}
              />
              <TextInput
                type="date"
                label="To"
                value={view.to}
                min={view.from || undefined}
                onChange={(event) => set({ to: event.currentTarget.value })}
              />
            </div>
          </Popover.Dropdown>
        </Popover>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button size="xs" leftSection={<IconDownload size={15} aria-hidden />}>
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={api.exportHistoryUrl(filter, 'csv')} download>
              CSV, a line for each run
            </Menu.Item>
            <Menu.Item component="a" href={api.exportHistoryUrl(filter, 'json')} download>
              JSON, the runs whole
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Button
          size="xs"
          leftSection={<IconChartBar size={15} aria-hidden />}
          onClick={() => set({ statisticsOpen: true })}
        >
          Statistics
        </Button>
      </div>
      {isFiltered(view) && (
        <div className={classes.chips}>
          {view.statuses.map((one) => (
            <Chip
              key={one}
              label={STATUS_WORDS[one]}
              onRemove={() => set({ statuses: view.statuses.filter((other) => other !== one) })}
            />
          ))}
          {view.triggers.map((one) => (
            <Chip
              key={one}
              label={`Started by: ${TRIGGERS[one].toLowerCase()}`}
              onRemove={() => set({ triggers: view.triggers.filter((other) => other !== one) })}
            />
          ))}
          {view.workflow && (
            <Chip label={`Workflow: ${view.workflow.name}`} onRemove={() => set({ workflow: null })} />
          )}
          {view.from && <Chip label={`From ${view.from}`} onRemove={() => set({ from: '' })} />}
          {view.to && <Chip label={`To ${view.to}`} onRemove={() => set({ to: '' })} />}
          <Button size="compact-xs" variant="subtle" onClick={() => set(NOTHING)}>
            Clear all
          </Button>
        </div>
      )}
    </>
  );
}

function Chip({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <Pill
      withRemoveButton
      onRemove={onRemove}
      removeButtonProps={{ 'aria-label': `Remove the filter “${label}”`, tabIndex: 0, 'aria-hidden': false }}
    >
      {label}
    </Pill>
  );
}
