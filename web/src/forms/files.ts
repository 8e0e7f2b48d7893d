/** Names of files sent from this browser. A param keeps only an id, and "file_01k…" says nothing to anyone. */
import { fromJson, toJson } from '@/api/json';
import type { FileRef } from '@/api/types';

const KEY = 'voicegraph-files';
const MAX_KEPT = 200;

function load(): FileRef[] {
  try {
    return fromJson(localStorage.getItem(KEY) ?? '[]') as FileRef[];
  } catch {
    return [];
  }
}

export function rememberFiles(files: readonly FileRef[]): void {
  try {
    localStorage.setItem(KEY, toJson([...load(), ...files].slice(-MAX_KEPT)));
  } catch {
    // Then the field says "Uploaded file".
  }
}

export function fileNamed(id: string): FileRef | undefined {
  return load().find((file) => file.id === id);
}
