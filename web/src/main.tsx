import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/tokens.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { placeOf } from './app/address';
import { ErrorBoundary } from './app/ErrorBoundary';
import { startNavigation } from './app/navigation';
import { queryClient } from './app/queryClient';
import { styleNonce, theme } from './app/theme';
import { startTitle } from './app/title';
import { restoreDraft } from './app/useDraft';
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
