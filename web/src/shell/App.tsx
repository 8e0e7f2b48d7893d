import { useResizeObserver } from '@mantine/hooks';
import { ReactFlowProvider } from '@xyflow/react';
import { Suspense, useEffect, useState } from 'react';
import { AskDialog } from '@/base/AskDialog';
import { watchConnection } from '@/base/connection';
import { keepComposing } from '@/base/inputMethod';
import { keepFocus } from '@/base/keepFocus';
import { useUi } from '@/base/ui';
import { Canvas } from '@/canvas/Canvas';
import { useShownGraph } from '@/canvas/shownGraph';
import { useWelcome } from '@/canvas/useWelcome';
import { CommandBar } from '@/command/CommandBar';
import { Welcome } from '@/command/Welcome';
import { HistoryButton } from '@/history/HistoryButton';
import { useHistoryStream } from '@/history/useHistoryStream';
import { useRun } from '@/runs/runStore';
import { useRunner } from '@/runs/startRun';
import { useConflict } from '@/saved/conflict';
import { LeaveDialog } from '@/saved/LeaveDialog';
import type { DraftKeeper } from '@/workflow/draft';
import classes from './App.module.css';
import { ConnectionBanner } from './ConnectionBanner';
import { Gone, Opening } from './Gone';
import { Header } from './Header';
import {
  AnotherRunDialog,
  ConflictDialog,
  Dock,
  fetchParts,
  HistoryDrawer,
  NodeLibrary,
  NodePanel,
  Palette,
  RunBar,
  RunDialog,
  SavedWorkflows,
  Schedules,
  Versions,
  WorkflowSettings,
} from './lazyParts';
import { Shortcuts } from './Shortcuts';
import { useDraft } from './useDraft';
import { useShortcuts } from './useShortcuts';

export function App({ keeper }: { keeper: DraftKeeper }) {
  useEffect(keepComposing, []);
  useDraft(keeper);
  useShortcuts();
  useHistoryStream();
  useEffect(watchConnection, []);
  useEffect(fetchParts, []);
  useEffect(keepFocus, []);
  return (
    <ReactFlowProvider>
      <div className={classes.page}>
        <Header />
        <ConnectionBanner />
        <Workspace />
        <Suspense>
          <DockIfRun />
          <Overlays />
        </Suspense>
      </div>
    </ReactFlowProvider>
  );
}

function Workspace() {
  const view = useShownGraph();
  const run = useRun((state) => (state.readOnly ? state.run : null));
  const libraryOpen = useUi((state) => state.libraryOpen);
  const inspected = useUi((state) => state.inspected !== null);
  const welcome = useWelcome(view);
  const { opening, gone } = useUi();
  const [bottom, { height }] = useResizeObserver<HTMLDivElement>();
  useEffect(() => useUi.getState().set({ bottomInset: Math.round(height) }), [height]);
  return (
    <div className={classes.workspace}>
      <Suspense>{libraryOpen && !view.readOnly && <NodeLibrary />}</Suspense>
      <main className={classes.stage}>
        <div className={classes.canvas} inert={gone !== null}>
          <Canvas />
        </div>
        {opening ? <Opening /> : welcome && !gone && <Welcome />}
        {gone && <Gone gone={gone} />}
        <div className={classes.bottom} ref={bottom} inert={gone !== null}>
          <div className={classes.bar}>
            {run ? (
              <Suspense>
                <RunBar run={run} />
              </Suspense>
            ) : (
              <CommandBar />
            )}
          </div>
          <div className={classes.history}>
            <HistoryButton />
          </div>
        </div>
      </main>
      <Suspense>{inspected && <NodePanel />}</Suspense>
    </div>
  );
}

function DockIfRun() {
  const hasRun = useRun((state) => state.run !== null);
  return hasRun ? <Dock /> : null;
}

/** Each is fetched when it is first needed, and stays for its closing animation. */
function Overlays() {
  const asking = useEver(useRunner((state) => state.asking !== null));
  const going = useEver(useRunner((state) => state.going !== null));
  const history = useEver(useUi((state) => state.historyOpen));
  const saved = useEver(useUi((state) => state.dialog === 'open-workflow'));
  const settings = useEver(useUi((state) => state.dialog === 'workflow-settings'));
  const schedules = useEver(useUi((state) => state.dialog === 'schedules'));
  const versions = useEver(useUi((state) => state.dialog === 'versions'));
  const conflict = useEver(useConflict((state) => state.conflict !== null));
  const palette = useUi((state) => state.paletteUsed);
  return (
    <>
      {asking && <RunDialog />}
      {going && <AnotherRunDialog />}
      {history && <HistoryDrawer />}
      {saved && <SavedWorkflows />}
      {settings && <WorkflowSettings />}
      {schedules && <Schedules />}
      {versions && <Versions />}
      {conflict && <ConflictDialog />}
      {palette && <Palette />}
      <Shortcuts />
      <LeaveDialog />
      <AskDialog />
    </>
  );
}

/** True from the first time on that `now` was. */
function useEver(now: boolean): boolean {
  const [ever, setEver] = useState(now);
  if (now && !ever) setEver(true);
  return ever;
}
