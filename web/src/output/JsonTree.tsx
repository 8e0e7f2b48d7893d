import { IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { Json } from '@/api/json';
import { type ExactNumber, isExact, toJson } from '@/api/json';
import classes from './output.module.css';

/** A JSON value to fold and unfold. Children are made when they are first opened. */
export function JsonTree({ value }: { value: Json }) {
  return (
    <div className={classes.tree}>
      <Branch value={value} depth={0} />
    </div>
  );
}

const PAGE = 100;
const OPEN_DEPTH = 2;

interface BranchProps {
  name?: string;
  value: Json;
  depth: number;
}

function Branch({ name, value, depth }: BranchProps) {
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(PAGE);
  if (value === null || typeof value !== 'object' || isExact(value)) {
    return (
      <div className={classes.leaf}>
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <div>
      <button type="button" className={classes.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        <IconChevronRight size={13} aria-hidden data-open={open || undefined} />
        <Name name={name} />
        <span className={classes.size}>{size}</span>
      </button>
      {open && (
        <div className={classes.children}>
          {entries.slice(0, shown).map(([key, item]) => (
            <Branch key={key} name={key} value={item} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <button type="button" className={classes.fold} onClick={() => setShown(shown + PAGE)}>
              {entries.length - shown} more…
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { name: string | undefined }) {
  return name === undefined ? null : <span className={classes.key}>{name}: </span>;
}

function Leaf({ value }: { value: Exclude<Json, object> | ExactNumber }) {
  return (
    <span className={typeof value === 'string' ? classes.string : classes.literal}>{toJson(value)}</span>
  );
}
