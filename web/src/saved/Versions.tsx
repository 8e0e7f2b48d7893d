import { Badge, Button, Skeleton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ApiError, describe } from '@/api/http';
import { useVersions } from '@/api/queries';
import type { VersionCard } from '@/api/types';
import { Dialog } from '@/base/Dialog';
import { ago, exact } from '@/base/format';
import { Note } from '@/base/Note';
import { useUi } from '@/base/ui';
import { useMinute } from '@/base/useMinute';
import { usePhone } from '@/base/usePhone';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { useEditor } from '@/workflow/editor';
import { noteDeleted, restoreVersion, showVersion } from './olderVersions';
import classes from './Versions.module.css';

/** The last versions of the workflow on the canvas: to be looked at and brought back. */
export function Versions() {
  const open = useUi((state) => state.dialog === 'versions');
  const id = useEditor((state) => state.saved?.workflowId);
  const phone = usePhone();
  const { data: versions, error } = useVersions(id, open);
  const gone = error instanceof ApiError && error.status === 404;
  useEffect(() => {
    if (gone && id !== undefined) noteDeleted(id);
  }, [gone, id]);
  return (
    <Dialog
      opened={open}
      onClose={() => useUi.getState().set({ dialog: null })}
      title="Versions"
      fullScreen={phone}
      size="lg"
    >
      {error && <Note tone="error">The versions could not be loaded. {describe(error)}</Note>}
      {id === undefined && (
        <p className={classes.empty}>
          This workflow is not saved yet. From then on each save is a version; the last 50 are kept.
        </p>
      )}
      {id !== undefined && !versions && !error && <Skeleton h={56} />}
      {id !== undefined && versions && (
        <ul className={classes.list}>
          {versions.map((version) => (
            <Row key={version.version} id={id} version={version} newest={versions[0]?.version ?? 0} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function Row({ id, version: card, newest }: { id: string; version: VersionCard; newest: number }) {
  const now = useMinute();
  const { version, name, nodeCount, savedAt, restoredFrom } = card;
  const show = useMutation({ mutationFn: () => showVersion(id, version, savedAt) });
  const restore = useMutation({ mutationFn: () => restoreVersion(id, version, newest) });
  return (
    <li className={classes.row} aria-label={`Version ${version}`}>
      <div className={classes.words}>
        <span className={classes.name}>
          {name}{' '}
          {version === newest && (
            <Badge size="sm" variant="light">
              newest
            </Badge>
          )}
        </span>
        <span className={classes.facts}>
          Version {version} ·{' '}
          <time dateTime={savedAt} title={exact(savedAt)}>
            {ago(savedAt, now)}
          </time>{' '}
          · {nodeCount} {nodeCount === 1 ? 'node' : 'nodes'}
          {restoredFrom !== null && ` · brought back version ${restoredFrom}`}
        </span>
      </div>
      <div className={classes.actions}>
        <Button
          size="xs"
          aria-label={`Compare version ${version} with the canvas`}
          loading={show.isPending}
          onClick={() => show.mutate()}
        >
          Compare
        </Button>
        {version !== newest && (
          <Button
            size="xs"
            aria-label={`Restore version ${version}`}
            loading={restore.isPending}
            onClick={() => confirmLeaving(() => restore.mutate())}
          >
            Restore
          </Button>
        )}
      </div>
    </li>
  );
}
