import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { newQueryClient } from '@/api/queries';

/** Render inside the providers that the page has. `env="test"` leaves out transitions and portals. */
export function renderUi(children: ReactNode) {
  const client = newQueryClient();
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </MantineProvider>,
  );
}
