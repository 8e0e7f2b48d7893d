import { ActionIcon, Tabs } from '@mantine/core';
import { IconCopy, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '@/api/client';
import { toJson } from '@/api/json';
import type { FileRef, Output } from '@/api/types';
import { copyText } from '@/base/copyText';
import { bytes } from '@/base/format';
import { Tooltip } from '@/base/Tooltip';
import { JsonTree } from './JsonTree';
import { Markdown } from './Markdown';
import classes from './output.module.css';
import { RowTable } from './RowTable';
import { isMarkdown, isNothing, rowsOf } from './shapes';

interface Props {
  output: Output;
  /** Where the whole of it is, when the page was given its beginning. */
  whole?: string | undefined;
  /** Show the files above the rest, not behind a tab of their own. */
  filesFirst?: boolean;
  /** Open on the text: the data only came by. */
  textFirst?: boolean;
}

/** One output, in every form that suits it. */
export function OutputView({ output, whole, filesFirst = false, textFirst = false }: Props) {
  const { text, data, meta = {}, files: made = [] } = output;
  const files = filesFirst ? [] : made;
  const rows = rowsOf(data);
  const hasData = data !== null && data !== undefined;
  const hasMeta = Object.keys(meta).length > 0;
  const nothing = isNothing(output);
  const words = isMarkdown(text) ? 'markdown' : 'text';
  const first =
    files.length && !text
      ? 'files'
      : rows && !textFirst
        ? 'table'
        : text || !hasData || nothing
          ? words
          : 'json';
  const tabs = (
    <Tabs defaultValue={first} keepMounted={false} variant="default" className={classes.tabs}>
      <div className={classes.bar}>
        <Tabs.List className={classes.names}>
          {rows && <Tabs.Tab value="table">Table</Tabs.Tab>}
          <Tabs.Tab value="text">Text</Tabs.Tab>
          {text && <Tabs.Tab value="markdown">Markdown</Tabs.Tab>}
          {hasData && <Tabs.Tab value="json">JSON</Tabs.Tab>}
          {files.length > 0 && <Tabs.Tab value="files">Files ({files.length})</Tabs.Tab>}
          {hasMeta && <Tabs.Tab value="meta">Details</Tabs.Tab>}
        </Tabs.List>
        <CopyButton output={output} whole={whole} />
      </div>
      {output.truncated && <Cut size={output.size ?? 0} whole={whole} />}
      {rows && (
        <Tabs.Panel value="table">
          <RowTable rows={rows} cut={output.truncated ?? false} />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="text">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <pre className={classes.text} tabIndex={0}>
          {nothing ? 'Nothing: the result is empty.' : text || 'No text.'}
        </pre>
      </Tabs.Panel>
      <Tabs.Panel value="markdown">
        <Markdown text={text} />
      </Tabs.Panel>
      <Tabs.Panel value="json">
        <JsonTree value={data ?? null} />
      </Tabs.Panel>
      <Tabs.Panel value="files">
        <Files files={files} />
      </Tabs.Panel>
      <Tabs.Panel value="meta">
        <JsonTree value={meta} />
      </Tabs.Panel>
    </Tabs>
  );
  if (!filesFirst || made.length === 0) return tabs;
  return (
    <>
      <Files files={made} />
      {(text || hasData) && !nothing && tabs}
    </>
  );
}

/** A result that is too large to be shown. */
function Cut({ size, whole }: { size: number; whole: string | undefined }) {
  return (
    <p className={classes.cut}>
      The result takes {bytes(size)}; this is its beginning.{' '}
      {whole && (
        <a href={whole} download>
          Download all of it
        </a>
      )}
    </p>
  );
}

function CopyButton({ output, whole }: { output: Output; whole: string | undefined }) {
  const [busy, setBusy] = useState(false);
  const textOf = ({ text, data }: Output) => (output.text ? text : toJson(data, 2));
  const copy = async () => {
    setBusy(true);
    // What is shown in part is copied whole.
    await copyText(output.truncated && whole ? api.wholeOutput(whole).then(textOf) : textOf(output));
    setBusy(false);
  };
  const onlyPart = output.truncated && !whole;
  return (
    <Tooltip label={onlyPart ? 'Copy the beginning' : 'Copy'}>
      <ActionIcon
        size="md"
        aria-label={onlyPart ? 'Copy the beginning' : 'Copy this'}
        loading={busy}
        onClick={() => void copy()}
      >
        <IconCopy size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** Formats that a browser shows without running anything in them. */
const SHOWN = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

function Files({ files }: { files: FileRef[] }) {
  return (
    <ul className={classes.files}>
      {files.map((file) => (
        <li key={file.id}>
          <a href={api.fileUrl(file.id)} download={file.name} className={classes.file}>
            <IconDownload size={16} aria-hidden />
            <span className={classes.name}>{file.name}</span>
            <span className={classes.size}>{bytes(file.size)}</span>
          </a>
          {SHOWN.includes(file.mediaType) && (
            <img className={classes.image} src={api.fileUrl(file.id)} alt={file.name} loading="lazy" />
          )}
        </li>
      ))}
    </ul>
  );
}
