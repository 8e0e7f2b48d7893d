import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useInfo } from '@/api/queries';
import type { RunSummary } from '@/api/types';
import classes from './RunEngine.module.css';
import type { RunRecord } from './record';

export const ENGINES: Record<RunSummary['engine'], string> = {
  live: 'live',
  embedded: 'background',
  inngest: 'background, Inngest',
};

const IN_WORDS: Record<RunSummary['engine'], string> = {
  live: 'Live, without retries',
  embedded: 'In the background, by the embedded engine',
  inngest: 'In the background, by Inngest',
};

/** Which engine runs it and, where that has a page of its own for the run, the way there. */
export function RunEngine({ run }: { run: RunRecord }) {
  const url = useEngineUrl(run);
  return (
    <span className={classes.engine}>
      {IN_WORDS[run.engine]}
      {url && (
        <a href={url} target="_blank" rel="noopener noreferrer">
          See it in Inngest
          <IconExternalLink size={13} aria-hidden />
        </a>
      )}
    </span>
  );
}

/** The engine's server names a run when it begins it, which no event tells: ask once the run has started. */
function useEngineUrl({ id, engine, engineUrl, startTime }: RunRecord): string | null {
  const { data } = useQuery({
    queryKey: ['engine-url', id],
    queryFn: async ({ signal }) => (await api.run(id, signal)).engineUrl ?? null,
    enabled: engine === 'inngest' && engineUrl === null && startTime !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return engineUrl ?? data ?? null;
}

/** Why a stored run does not begin. */
export function Unsent() {
  const { data: info } = useInfo();
  const where = info?.engine.dashboardUrl ? ` at ${info.engine.dashboardUrl}` : '';
  return (
    <span className={classes.unsent}>
      Inngest cannot be reached{where}. The run is stored, and is sent as soon as it can be.
    </span>
  );
}
