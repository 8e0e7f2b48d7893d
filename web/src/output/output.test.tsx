import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { toJson } from '@/api/json';
import { fakeFetch, json } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { OutputView } from './OutputView';

const HOSTILE = [
  '# Title',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '![tracker](https://evil.example/pixel.png)',
  '[click](javascript:alert(1)) [fine](https://example.com)',
].join('\n\n');

describe('an output', () => {
  it('in Markdown runs nothing and fetches nothing', () => {
    const { container } = renderUi(<OutputView output={{ text: HOSTILE }} />);
    expect(screen.getByRole('heading', { name: 'Title' })).toBeTruthy();
    expect(container.querySelector('script, img, iframe')).toBeNull();
    const links = [...container.querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');
    expect(links.some((href) => href.startsWith('javascript'))).toBe(false);
    expect(links).toContain('https://example.com');
  });

  it('that is shown in part says how much there is, and where', () => {
    renderUi(<OutputView output={{ text: 'abc', truncated: true, size: 5_000_000 }} whole="/all" />);
    expect(screen.getByText(/The result takes 4.8 MB; this is its beginning/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Download all of it' }).getAttribute('href')).toBe('/all');
  });

  it('that is a list of objects is a table', () => {
    renderUi(
      <OutputView
        output={{
          text: '2 rows',
          data: [
            { name: 'Ada', age: 36 },
            { name: 'Grace', city: '<b>NY</b>' },
          ],
        }}
      />,
    );
    expect(screen.getAllByRole('columnheader').map((cell) => cell.textContent)).toEqual([
      'name',
      'age',
      'city',
    ]);
    expect(screen.getByRole('cell', { name: '<b>NY</b>' })).toBeTruthy();
  });

  it('offers its data as a tree and its files as downloads', async () => {
    const file = { id: 'file_1', name: 'report.csv', mediaType: 'text/csv', size: 2_048 };
    renderUi(<OutputView output={{ text: 'done', data: { answer: [42] }, files: [file] }} />);
    await userEvent.click(screen.getByRole('tab', { name: 'JSON' }));
    expect(screen.getByText('42')).toBeTruthy();
    await userEvent.click(screen.getByRole('tab', { name: 'Files (1)' }));
    const link = screen.getByRole('link', { name: /report.csv/ });
    expect(link.getAttribute('href')).toBe('/api/files/file_1');
    expect(link.hasAttribute('download')).toBe(true);
  });

  it('opens on its text where the data only came by', () => {
    renderUi(<OutputView output={{ text: '# Report', data: [{ name: 'Ada' }] }} textFirst />);
    expect(screen.getByRole('heading', { name: 'Report' })).toBeTruthy();
    expect(screen.getByRole('tab', { name: 'Table' })).toBeTruthy();
  });

  it.each([
    { text: '', data: '' },
    { text: '', data: [] },
    { text: '[]', data: [] },
    { text: '{}', data: {} },
    { text: ' ' },
  ])('says that there is nothing in %j', (output) => {
    renderUi(<OutputView output={output} />);
    expect(screen.getByText('Nothing: the result is empty.')).toBeTruthy();
  });

  it.each([
    { text: '0', data: 0 },
    { text: 'a', data: [] },
    { text: 'false', data: false },
  ])('shows %j', (output) => {
    renderUi(<OutputView output={output} />);
    expect(screen.queryByText('Nothing: the result is empty.')).toBeNull();
  });

  it('that is shown in part is copied whole, or says that it is not', async () => {
    fakeFetch({ 'GET /all': () => json({ text: 'abcdef', data: [1, 2, 3] }) });
    const user = userEvent.setup();
    const part = { truncated: true, size: 5_000_000 };
    const { unmount } = renderUi(<OutputView output={{ text: 'abc', ...part }} whole="/all" />);
    vi.stubGlobal('ClipboardItem', undefined);
    const copied = vi.spyOn(navigator.clipboard, 'writeText');
    await user.click(screen.getByRole('button', { name: 'Copy this' }));
    await vi.waitFor(() => expect(copied).toHaveBeenLastCalledWith('abcdef'));
    unmount();
    const data = renderUi(<OutputView output={{ text: '', data: [1], ...part }} whole="/all" />);
    await user.click(screen.getByRole('button', { name: 'Copy this' }));
    await vi.waitFor(() => expect(copied).toHaveBeenLastCalledWith(toJson([1, 2, 3], 2)));
    data.unmount();
    renderUi(<OutputView output={{ text: 'abc', ...part }} />);
    expect(screen.getByRole('button', { name: 'Copy the beginning' })).toBeTruthy();
    vi.unstubAllGlobals();
  });
});
