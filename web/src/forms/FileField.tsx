import { ActionIcon, Button, FileButton, Group, Input, Stack } from '@mantine/core';
import { IconFile, IconUpload, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import { useInfo } from '@/api/queries';
import type { FileRef } from '@/api/types';
import { bytes } from '@/base/format';
import type { ControlProps } from './controls';
import { fileNamed, rememberFiles } from './files';
import classes from './form.module.css';

interface Props extends ControlProps {
  multiple: boolean;
  /** What the file dialog offers, as in HTML's `accept`. */
  accept: string | undefined;
}

/** Sends files at once and keeps their ids as the value. */
export function FileField({
  label,
  description,
  required,
  disabled,
  error,
  multiple,
  accept,
  value,
  onChange,
}: Props) {
  const { data: info } = useInfo();
  const [over, setOver] = useState(false);
  const ids = (Array.isArray(value) ? value : [value]).filter(
    (id): id is string => typeof id === 'string' && id !== '',
  );
  const set = (next: string[]) => onChange(next.length === 0 ? undefined : multiple ? next : next.at(-1));

  const upload = useMutation({
    mutationFn: async (files: File[]) => {
      const limit = info?.maxUploadBytes;
      const large = files.find((file) => limit !== undefined && file.size > limit);
      if (large)
        throw new Error(`“${large.name}” has ${bytes(large.size)}; the limit is ${bytes(limit ?? 0)}.`);
      const refs: FileRef[] = [];
      for (const file of files) refs.push(await api.uploadFile(file));
      return refs;
    },
    onSuccess: (refs) => {
      rememberFiles(refs);
      set([...(multiple ? ids : []), ...refs.map((ref) => ref.id)]);
    },
  });
  const send = (files: File[]) => {
    if (files.length > 0 && !disabled) upload.mutate(multiple ? files : files.slice(0, 1));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    send([...event.dataTransfer.files]);
  };
  const problem = upload.error ? describe(upload.error) : error;
  const shownLabel = ids.length > 0 && !multiple ? 'Replace file' : 'Choose file';

  return (
    <Input.Wrapper
      label={label}
      description={description}
      required={required}
      error={problem}
      labelElement="div"
    >
      <Stack
        gap={6}
        mt={6}
        className={classes.drop}
        data-over={over || undefined}
        role="group"
        aria-label={label}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {ids.map((id) => (
          <StoredFile
            key={id}
            id={id}
            disabled={disabled}
            onRemove={() => set(ids.filter((other) => other !== id))}
          />
        ))}
        <FileButton
          multiple={multiple}
          {...(accept ? { accept } : {})}
          disabled={disabled}
          onChange={(chosen: File | File[] | null) => send(chosen ? [chosen].flat() : [])}
          inputProps={{ 'aria-label': label }}
        >
          {(button) => (
            <Button
              {...button}
              size="xs"
              w="fit-content"
              disabled={disabled}
              loading={upload.isPending}
              leftSection={<IconUpload size={14} aria-hidden />}
              aria-label={`${shownLabel}: ${label}`}
            >
              {shownLabel}
            </Button>
          )}
        </FileButton>
      </Stack>
    </Input.Wrapper>
  );
}

function StoredFile({ id, disabled, onRemove }: { id: string; disabled: boolean; onRemove: () => void }) {
  const file = fileNamed(id);
  const name = file?.name ?? 'Uploaded file';
  return (
    <Group gap={8} wrap="nowrap">
      <IconFile size={16} aria-hidden />
      <a className={classes.file} href={api.fileUrl(id)} download>
        {name}
      </a>
      {file && <span className={classes.size}>{bytes(file.size)}</span>}
      <ActionIcon size="sm" disabled={disabled} aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
