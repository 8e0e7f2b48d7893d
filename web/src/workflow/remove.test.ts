import { describe, expect, it } from 'vitest';
import type { Workflow } from '@/api/types';
import { workflow } from '@/test/fakes';
import cases from './removals.json';
import { remove } from './remove';

const SIGNS = { '>': null, '+': true, '-': false } as const;
type Sign = keyof typeof SIGNS;

/** The notation of the server's tests: `+` and `-` are branches, and an id that begins with "if" is a condition. */
function build(ids: string, edges: string): Workflow {
  const made = workflow(ids.split(' '));
  return {
    ...made,
    nodes: made.nodes.map((node) => (node.id.startsWith('if') ? { ...node, type: 'condition' } : node)),
    edges: [...edges.matchAll(/(\w+)([>+-])(\w+)/g)].map(([, source = '', sign, target = ''], index) => ({
      id: `edge-${index}`,
      source,
      target,
      when: SIGNS[sign as Sign],
    })),
  };
}

function print({ edges }: Workflow): string {
  const signs = new Map(Object.entries(SIGNS).map(([sign, when]) => [when, sign]));
  const lines = edges.map(({ source, when, target }) => `${source}${signs.get(when ?? null)}${target}`);
  return lines.sort().join(' ');
}

describe('taking a node out', () => {
  it.each(cases)('joins what was around it as the server does: $why', ({ nodes, before, gone, result }) => {
    expect(print(remove(build(nodes, before), [gone], []))).toBe(result.split(' ').sort().join(' '));
  });

  it('gives every edge an id of its own', () => {
    const next = remove(build('a b hub c d', 'a>hub b>hub hub>c hub>d a>b'), ['hub'], []);
    expect(new Set(next.edges.map((edge) => edge.id)).size).toBe(next.edges.length);
  });

  it('takes several out at once, whatever comes first', () => {
    const chain = build('a b c d', 'a>b b>c c>d');
    expect(print(remove(chain, ['b', 'c'], []))).toBe('a>d');
    expect(print(remove(chain, ['c', 'b'], []))).toBe('a>d');
    expect(print(remove(chain, ['a', 'b', 'c', 'd'], []))).toBe('');
  });

  it('bridges no edge that was deleted too', () => {
    expect(print(remove(build('a b c', 'a>b b>c'), ['b'], ['edge-0']))).toBe('');
  });

  it('leaves alone what it does not know', () => {
    expect(print(remove(build('a b', 'a>b'), ['trigger-0'], []))).toBe('a>b');
  });
});
