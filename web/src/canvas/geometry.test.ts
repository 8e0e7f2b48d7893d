import { describe, expect, it } from 'vitest';
import { node, workflow } from '@/test/fakes';
import { drawn, fallbackPositions, placeFor, positionsOf, triggerPosition, undrawn } from './geometry';
import { shift } from './useReveal';

describe('positions', () => {
  it('that are missing follow the edges, a column a rank', () => {
    const places = fallbackPositions(workflow(['a', 'b', 'c', 'd'], ['a>b', 'a>c', 'b>d', 'c>d']));
    expect(places.get('a')?.x).toBe(0);
    expect(places.get('b')?.x).toBe(places.get('c')?.x);
    expect(places.get('b')?.y).not.toBe(places.get('c')?.y);
    expect(places.get('d')?.x).toBe(680);
  });

  it('of a loop come to an end all the same', () => {
    expect(fallbackPositions(workflow(['a', 'b'], ['a>b', 'b>a'])).size).toBe(2);
  });

  it('drawn from top to bottom lead back to themselves', () => {
    const point = { x: 340, y: 272 };
    expect(drawn(point, false)).toBe(point);
    const tall = drawn(point, true);
    expect(tall.y).toBeLessThan(tall.x);
    expect(undrawn(tall, true)).toEqual(point);
  });

  it('of a trigger lie left of what it starts', () => {
    const graph = workflow(['a', 'b'], [], { triggers: [{ kind: 'webhook' }] });
    expect(triggerPosition(graph, positionsOf(graph), 0).x).toBeLessThan(0);
  });

  it('for a new node are free', () => {
    const nodes = [node('a'), node('b', { position: { x: 340, y: 0 } })];
    const graph = { ...workflow([]), nodes };
    expect(placeFor(graph, nodes[0])).toEqual({ x: 340, y: 136 });
    expect(placeFor(graph, undefined).y).toBeGreaterThanOrEqual(136);
  });
});

it('the canvas moves no further than it must', () => {
  expect(shift(100, 200, 24, 500)).toBe(0);
  expect(shift(450, 550, 24, 500)).toBe(-50);
  expect(shift(0, 100, 24, 500)).toBe(24);
  expect(shift(400, 1_400, 24, 500)).toBe(-376);
});
