import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import type { Notify } from '@/api/types';
import { fakeFetch, json } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { NotifySettings } from './NotifySettings';

const STATE = {
  on: ['failed'],
  channels: [
    { channel: 'mail', target: 'all@example.org', lacks: null },
    { channel: 'chat', target: null, lacks: 'No chat service is set up.' },
  ],
  digestMinutes: 60,
  messages: [
    {
      id: 'msg_1',
      kind: 'failed',
      channel: 'mail',
      subject: 'Daily failed',
      state: 'failed',
      madeAt: '2026-03-02T10:00:00Z',
      sentAt: null,
      tries: 8,
      error: 'The mail server cannot be reached.',
    },
  ],
};

function Held() {
  const [value, setValue] = useState<Notify | null>(null);
  return (
    <>
      <NotifySettings value={value} readOnly={false} onChange={setValue} />
      <code data-testid="value">{JSON.stringify(value)}</code>
    </>
  );
}

it('says who hears of runs, sends a test, and shows what failed', async () => {
  const bodies: string[] = [];
  fakeFetch({
    'GET /api/notifications': () => json(STATE),
    'POST /api/notifications/test': ({ body }) => {
      bodies.push(body);
      return json({ results: [{ channel: 'mail', sent: false, error: 'No mail server.' }] });
    },
  });
  const user = userEvent.setup();
  renderUi(<Held />);
  expect(await screen.findByText(/The last notification that failed: “Daily failed”/)).toBeTruthy();
  await user.click(screen.getByRole('combobox', { name: 'Who hears of background runs' }));
  await user.click(await screen.findByRole('option', { name: 'As set here' }));
  await user.click(screen.getByRole('checkbox', { name: /waits for approval/ }));
  await user.click(screen.getByRole('checkbox', { name: /chat service/ }));
  await user.type(screen.getByRole('textbox', { name: 'Addresses' }), 'bea@example.org');
  const wishes = { on: ['failed', 'waiting'], email: 'bea@example.org', mail: true, chat: false };
  expect(JSON.parse(screen.getByTestId('value').textContent)).toEqual(wishes);
  await user.click(screen.getByRole('button', { name: 'Send a test' }));
  expect(await screen.findByText('E-mail: not sent. No mail server.')).toBeTruthy();
  expect(JSON.parse(bodies[0] ?? '')).toEqual({ notify: wishes });
});
