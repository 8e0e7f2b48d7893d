import { expect, it } from 'vitest';
import type { NodeResult, NodeStatus } from '@/api/types';
import { countOf, wayOf } from './FlowEdge';

const is = (status: NodeStatus, branch?: boolean) => ({ status, output: { branch } }) as NodeResult;

it('draws the branch that a run took', () => {
  expect(wayOf(true, is('completed', true), is('running'))).toBe('done');
  expect(wayOf(false, is('completed', true), is('skipped'))).toBe('dead');
  expect(wayOf(null, is('skipped'), is('skipped'))).toBe('dead');
  expect(wayOf(null, is('running'), undefined)).toBeNull();
  expect(wayOf(null, undefined, undefined)).toBeNull();
});

it('draws how a run went on behind a node that failed', () => {
  expect(wayOf(true, is('failed'), is('skipped'))).toBe('dead');
  expect(wayOf(false, is('failed'), is('completed'))).toBe('done');
  expect(wayOf(null, is('failed'), is('running'))).toBe('done');
  expect(wayOf(null, is('failed'), is('skipped'))).toBeNull();
});

it('counts what went along, and does not take the beginning of a list for all of it', () => {
  const list = (length: number, truncated: boolean) => ({ text: '', data: Array(length).fill(0), truncated });
  expect(countOf(list(1, false))).toBe('1 item');
  expect(countOf(list(1_200, false))).toBe('1,200 items');
  expect(countOf(list(250, true))).toBe('250+ items');
  expect(countOf({ text: 'words', data: null, truncated: false })).toBeNull();
  expect(countOf(null)).toBeNull();
});
