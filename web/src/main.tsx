import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './base/tokens.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { placeOf } from './base/address';
import { queryClient } from './base/queryClient';
import { styleNonce, theme } from './base/theme';
import { App } from './shell/App';
import { ErrorBoundary } from './shell/ErrorBoundary';
import { startNavigation } from './shell/navigation';
import { startTitle } from './shell/title';
import { restoreDraft } from './shell/useDraft';
import { DraftKeeper } from './workflow/draft';

async function start(): Promise<void> {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  setNonce(styleNonce()); // for the scroll lock behind dialogs, which adds a style tag of its own
  const place = placeOf(location);
  const keeper = await DraftKeeper.open(place.kind === 'workflow' ? place.id : undefined);
  restoreDraft(keeper);
  startNavigation(keeper.kept?.runId ?? null);
  startTitle();
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
        <QueryClientProvider client={queryClient}>
          <ErrorBoundary>
            {/* Above dialogs, below menus: a note must not lie over what was just opened. */}
            <Notifications position="top-center" limit={5} className="toasts" zIndex={290} />
            <App keeper={keeper} />
          </ErrorBoundary>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void start();
