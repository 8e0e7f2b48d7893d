import { expect, it } from 'vitest';
import type { ActionInfo, MissingValue } from '@/api/types';
import { node, workflow } from '@/test/fakes';
import { isAnswered, objections, questions, startValues, toConfig, withAnswers } from './runAnswers';

function missing(nodeId: string, param: string, config: string | null = null): MissingValue {
  return { nodeId, nodeLabel: nodeId, param, title: param, why: '', schema: { type: 'string' }, config };
}

const asked = [
  missing('a', 'to', 'recipientEmail'),
  missing('b', 'to', 'recipientEmail'),
  missing('c', 'url'),
];

it('an objection to an answer stands at its question', () => {
  const graph = workflow(['a', 'b']);
  const to = { where: 'nodes[0].params.to', message: 'Not an address.', code: 'invalid_param' };
  const loop = { where: 'edges[0]', message: 'A circle.', code: 'cycle' };
  const { byQuestion, rest } = objections([to, loop], asked, graph);
  expect([...byQuestion]).toEqual([['config:recipientEmail', 'Not an address.']]);
  expect(rest).toEqual([loop]);
});

it('a run shows in its forms what it was given', () => {
  const action = {
    params: { properties: { to: { 'x-config': 'recipientEmail' }, body: {} } },
  } as unknown as ActionInfo;
  const config = { recipientEmail: 'me@example.com', params: { a: { body: 'Hello' }, b: { body: 'No' } } };
  expect(withAnswers(node('a'), action, config).params).toEqual({ to: 'me@example.com', body: 'Hello' });
});

it('one address is asked for once, whoever needs it', () => {
  expect(questions(asked)).toHaveLength(2);
});

it('answers go under their config key, or under their node', () => {
  expect(
    toConfig(asked, { 'config:recipientEmail': 'me@example.com', 'c:url': 'https://example.com' }),
  ).toEqual({
    recipientEmail: 'me@example.com',
    params: { c: { url: 'https://example.com' } },
  });
});

it('what was answered before is offered again', () => {
  const remembered = { recipientEmail: 'old@example.com', params: { c: { url: 'https://old.example' } } };
  expect(startValues(asked, remembered, null)).toEqual({
    'config:recipientEmail': 'old@example.com',
    'c:url': 'https://old.example',
  });
  expect(startValues(asked, {}, 'mine@example.com')['config:recipientEmail']).toBe('mine@example.com');
});

it('blank is no answer', () => {
  expect(['', '  ', null, undefined, []].some((value) => isAnswered(value))).toBe(false);
  expect([0, false, 'x', ['a']].every((value) => isAnswered(value))).toBe(true);
});
