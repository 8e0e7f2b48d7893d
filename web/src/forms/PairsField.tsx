import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Json } from '@/api/json';
import { isExact, toJson } from '@/api/json';
import type { ControlProps } from './controls';

type Row = { id: number; name: string; text: string };

let lastId = 0;
const newRow = (name = '', text = ''): Row => ({ id: ++lastId, name, text });

function toRows(value: Json | undefined): Row[] {
  if (!value || typeof value !== 'object' || Array.isArray(value) || isExact(value)) return [];
  return Object.entries(value).map(([name, item]) =>
    newRow(name, typeof item === 'string' ? item : toJson(item)),
  );
}

function toValue(rows: Row[]): Json | undefined {
  const named = rows.filter((row) => row.name !== '');
  return named.length ? Object.fromEntries(named.map((row) => [row.name, row.text])) : undefined;
}

/** Of two rows with one name only the last is kept. */
function twice(rows: Row[]): string | undefined {
  const names = rows.map((row) => row.name).filter((name) => name !== '');
  const name = names.find((one, index) => names.indexOf(one) !== index);
  return name && `“${name}” is named twice; only the last one counts.`;
}

/** Names and values, such as the headers of a request. Rows are kept here, since a half-typed name is no key yet. */
export function PairsField({ label, description, required, disabled, error, value, onChange }: ControlProps) {
  const [rows, setRows] = useState(() => toRows(value));
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    if (toJson(toValue(rows)) !== toJson(value)) setRows(toRows(value));
  }
  const update = (next: Row[]) => {
    const nextValue = toValue(next);
    setRows(next);
    setKnown(nextValue);
    onChange(nextValue);
  };
  const change = (id: number, part: Partial<Row>) =>
    update(rows.map((row) => (row.id === id ? { ...row, ...part } : row)));

  return (
    <Input.Wrapper
      label={label}
      description={description}
      required={required}
      error={error ?? twice(rows)}
      labelElement="div"
    >
      <Stack gap={6} mt={6} role="group" aria-label={label}>
        {rows.map((row, index) => (
          <Group key={row.id} gap={6} wrap="nowrap">
            <TextInput
              flex={2}
              aria-label={`${label}: name ${index + 1}`}
              placeholder="Name"
              value={row.name}
              disabled={disabled}
              onChange={(event) => change(row.id, { name: event.currentTarget.value })}
            />
            <TextInput
              flex={3}
              aria-label={`${label}: value ${index + 1}`}
              placeholder="Value"
              value={row.text}
              disabled={disabled}
              onChange={(event) => change(row.id, { text: event.currentTarget.value })}
            />
            <ActionIcon
              aria-label={`Remove ${row.name || `row ${index + 1}`}`}
              disabled={disabled}
              onClick={() => update(rows.filter((other) => other.id !== row.id))}
            >
              <IconX size={15} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        {!disabled && (
          <Button
            size="xs"
            w="fit-content"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setRows([...rows, newRow()])}
          >
            Add
          </Button>
        )}
      </Stack>
    </Input.Wrapper>
  );
}
