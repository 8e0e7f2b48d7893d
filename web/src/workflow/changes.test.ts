import { expect, it } from 'vitest';
import { workflow } from '@/test/fakes';
import { changesOf } from './changes';
import { wholeDiff } from './diff';

it('says what differs by the labels of the nodes', () => {
  const before = workflow(['a', 'b', 'c'], ['a>b'], { name: 'Theirs' });
  const after = workflow(['a', 'b', 'd'], ['a>d'], { name: 'Mine' });
  const diff = {
    addedNodes: ['d'],
    removedNodes: ['c'],
    changedNodes: ['b'],
    addedEdges: ['edge-0'],
    removedEdges: ['edge-0'],
    triggersChanged: true,
    renamed: true,
    summary: '',
  };
  expect(changesOf(before, after, diff)).toEqual([
    'Renamed from “Theirs” to “Mine”',
    'Added: d',
    'Not in it: c',
    'Changed: b',
    'Triggers in another order',
    '2 connections differ',
  ]);
});

it('says which trigger differs, and how', () => {
  const daily = { kind: 'schedule', id: 't1', cron: '0 9 * * *' } as const;
  const hook = { kind: 'webhook', id: 't2' } as const;
  const before = workflow(['a'], [], { triggers: [daily, hook] });
  const later = { ...daily, cron: '30 10 * * *', timezone: 'Europe/Berlin', misfire: 'skip' } as const;
  const after = workflow(['a'], [], { triggers: [later, { kind: 'schedule', cron: '0 12 * * 1' }] });
  const diff = { ...wholeDiff(workflow([])), triggersChanged: true };
  expect(changesOf(before, after, diff)).toEqual([
    'Schedule: “At 09:00 (the server’s time)” → “At 10:30 (Europe/Berlin)”',
    'At 10:30, times missed: “One run makes up for all” → “Leave them out”',
    'Added: At 12:00, only on Monday',
    'Not in it: When its webhook is called',
  ]);
});
