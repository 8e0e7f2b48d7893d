import { expect, it } from 'vitest';
import { workflow } from '@/test/fakes';
import { changesOf } from './changes';

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
    'Other triggers',
    '2 connections differ',
  ]);
});
