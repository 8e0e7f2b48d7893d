import type { Json } from '@/api/json';
import { isExact, toJson } from '@/api/json';
import type { Output } from '@/api/types';

export type Row = Record<string, Json>;

/** The value as rows of a table, when it is a list of objects; null otherwise. */
export function rowsOf(data: Json | undefined): Row[] | null {
  if (!Array.isArray(data) || data.length === 0) return null;
  const isRow = (item: Json): item is Row =>
    item !== null && typeof item === 'object' && !Array.isArray(item) && !isExact(item);
  return data.every(isRow) ? data : null;
}

/** Columns in the order in which the first rows name them. */
export function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.slice(0, 50).flatMap((row) => Object.keys(row)))];
}

export function cellText(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? toJson(value) : String(value);
}

/** A guess that decides which tab comes first, nothing more. */
export function isMarkdown(text: string): boolean {
  return (
    /^(#{1,6} |[-*] |\d+\. |> |```|\|.+\|)/m.test(text) || /\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\)/.test(text)
  );
}

/** Neither a word nor a value: what a node gives that found nothing. */
export function isNothing({ text, data, files = [] }: Output): boolean {
  if (files.length > 0) return false;
  const given = data === null || data === undefined || data === '' ? '' : toJson(data);
  return ['', '[]', '{}'].includes(given) && ['', given].includes(text.trim());
}
