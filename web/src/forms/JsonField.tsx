import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Json } from '@/api/json';
import { fromJson, toJson } from '@/api/json';
import type { ControlProps } from './controls';
import { useSettled } from './useCheck';

function print(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : toJson(value, 2);
}

/** JSON where it parses, else the text itself: a param may be a template for JSON. */
function parse(text: string): Json | undefined {
  if (text.trim() === '') return undefined;
  try {
    return fromJson(text) as Json;
  } catch {
    return text;
  }
}

/** For values that no plainer control can hold. */
export function JsonField({ value, onChange, error, ...common }: ControlProps) {
  const [text, setText] = useState(() => print(value));
  const [known, setKnown] = useState(value);
  if (known !== value) {
    // Changed from outside (undo, say): what was typed gives way.
    setKnown(value);
    if (toJson(parse(text)) !== toJson(value)) setText(print(value));
  }
  const settled = useSettled(text);
  const looksLikeJson = /^\s*[[{]/.test(text) && !/^\s*\{[{%]/.test(text);
  const broken = settled && looksLikeJson && typeof parse(text) === 'string';
  return (
    <Textarea
      {...common}
      error={error ?? (broken ? 'This is not complete JSON yet; it is kept as text.' : undefined)}
      placeholder="Text or JSON"
      autosize
      minRows={2}
      maxRows={14}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12.5 } }}
      value={text}
      onChange={(event) => {
        const next = event.currentTarget.value;
        const parsed = parse(next);
        setText(next);
        setKnown(parsed);
        onChange(parsed);
      }}
    />
  );
}
