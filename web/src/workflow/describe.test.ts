import { describe, expect, it } from 'vitest';
import type { ActionInfo, Catalogue, Info } from '@/api/types';
import { node } from '@/test/fakes';
import { cronInWords, findAction, openParams, summaryOf, titleOf, triggerInWords } from './describe';

const email: ActionInfo = {
  type: 'email',
  action: 'send',
  group: 'delivery',
  title: 'Send an e-mail',
  description: '',
  effect: true,
  anyName: false,
  each: true,
  requires: null,
  attempts: 3,
  timeout: 60,
  params: {
    type: 'object',
    required: ['to', 'url'],
    properties: {
      to: { type: 'string', title: 'To', 'x-setting': 'user_email' },
      url: { type: 'string', title: 'URL' },
      file: { type: 'string', title: 'File', 'x-widget': 'file' },
    },
  },
};
const llm: ActionInfo = { ...email, type: 'llm', action: 'summarize', anyName: true };
const catalogue: Catalogue = {
  nodes: [email, llm],
  aliases: { mail: 'email' },
  retryBase: 1,
  retryCap: 21_600,
};

describe('findAction', () => {
  it('follows aliases and free action names', () => {
    expect(findAction(catalogue, { type: 'mail', action: 'send' })).toBe(email);
    expect(findAction(catalogue, { type: 'llm', action: 'extract_dates' })).toBe(llm);
    expect(findAction(catalogue, { type: 'email', action: 'receive' })).toBeNull();
    expect(findAction(undefined, { type: 'email', action: 'send' })).toBeNull();
  });
});

describe('words for a node', () => {
  it('are its label, else its action', () => {
    expect(titleOf(node('a', { label: 'Mail it' }), email)).toBe('Mail it');
    expect(titleOf(node('a', { label: '', action: 'extract_dates' }), null)).toBe('Extract dates');
  });

  it('sum up the first params in the order of the form, files left out', () => {
    const filled = node('a', {
      params: { file: 'file_1', url: 'https://example.com', to: 'bob@example.com' },
    });
    expect(summaryOf(filled, email)).toBe('bob@example.com · https://example.com');
  });

  it('are one line and never long', () => {
    const long = node('a', { params: { text: `${'word '.repeat(40)}\nend` } });
    expect(summaryOf(long, null)).toMatch(/^word word.*…$/);
    expect(summaryOf(long, null).length).toBeLessThanOrEqual(60);
  });

  it('name what a run will ask for, unless a setting knows it', () => {
    expect(openParams(node('a'), email, undefined)).toEqual(['To', 'URL']);
    expect(openParams(node('a'), email, { userEmail: 'me@example.com' } as Info)).toEqual(['URL']);
  });
});

describe('words for a trigger', () => {
  it('say when a schedule comes', () => {
    expect(triggerInWords({ kind: 'schedule', cron: '0 9 * * 1-5' })).toBe('At 09:00, Monday through Friday');
    expect(triggerInWords({ kind: 'webhook' })).toBe('When its webhook is called');
  });

  it('fall back to the schedule itself', () => {
    expect(cronInWords('not a cron')).toBeNull();
    expect(triggerInWords({ kind: 'schedule', cron: 'x' })).toBe('Schedule x');
  });
});
