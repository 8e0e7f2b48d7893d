import { describe, expect, it } from 'vitest';
import type { ActionInfo } from '@/api/types';
import { workflow } from '@/test/fakes';
import { copyNodes, pasteNodes } from './clipboard';
import { addNode, connect, newWorkflowId, roots, setParam, wouldLoop } from './ops';

const action = { type: 'llm', action: 'summarize', title: 'Summarize' } as ActionInfo;

describe('nodes', () => {
  it('get a free id and the title of their action', () => {
    const [next, added] = addNode(workflow(['step-0', 'step-2']), action, { x: 1, y: 2 });
    expect(added).toMatchObject({ id: 'step-3', label: 'Summarize', position: { x: 1, y: 2 } });
    expect(next.nodes).toHaveLength(3);
  });

  it('lose a param that is set to nothing', () => {
    const filled = setParam(workflow(['a']), 'a', 'url', 'https://example.com');
    expect(filled.nodes[0]?.params).toEqual({ url: 'https://example.com' });
    expect(setParam(filled, 'a', 'url', undefined).nodes[0]?.params).toEqual({});
  });

  it('without anything before them are where triggers point', () => {
    expect(roots(workflow(['a', 'b', 'c'], ['a>c', 'b>c']))).toEqual(['a', 'b']);
  });
});

describe('edges', () => {
  const chain = workflow(['a', 'b', 'c'], ['a>b', 'b>c']);

  it('are added with the branch they leave by', () => {
    const next = connect(chain, { source: 'a', target: 'c', when: false });
    expect(typeof next === 'string' ? next : next.edges.at(-1)).toEqual({
      id: 'edge-2',
      source: 'a',
      target: 'c',
      when: false,
    });
  });

  it('that would close a loop are refused in words', () => {
    expect(wouldLoop(chain, 'c', 'a')).toBe(true);
    expect(connect(chain, { source: 'c', target: 'a' })).toMatch(/loop.*“a” already runs before “c”/);
    expect(connect(chain, { source: 'a', target: 'a' })).toMatch(/itself/);
  });

  it('are not doubled', () => {
    expect(connect(chain, { source: 'a', target: 'b' })).toMatch(/already leads/);
  });
});

describe('copy and paste', () => {
  it('gives new ids, keeps inner edges and moves the copies aside', () => {
    const original = workflow(['a', 'b', 'c'], ['a>b', 'b>c']);
    const text = copyNodes(original, ['a', 'b']);
    const [next, ids] = pasteNodes(original, text ?? '') ?? [original, []];
    expect(ids).toHaveLength(2);
    expect(new Set(next.nodes.map((node) => node.id)).size).toBe(5);
    expect(next.edges.at(-1)).toMatchObject({ source: ids[0], target: ids[1] });
    expect(next.nodes.at(-1)?.position).toEqual({ x: 40, y: 40 });
  });

  it('takes nothing that is not ours', () => {
    expect(pasteNodes(workflow(['a']), 'hello')).toBeNull();
    expect(pasteNodes(workflow(['a']), '{"kind":"other"}')).toBeNull();
    expect(copyNodes(workflow(['a']), [])).toBeNull();
  });
});

it('workflow ids have the layout of the server', () => {
  expect(newWorkflowId()).toMatch(/^wf_[0-9a-hjkmnp-tv-z]{26}$/);
});
