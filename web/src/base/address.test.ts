import { expect, it } from 'vitest';
import { type Place, pathOf, placeOf } from './address';

const at = (path: string) => placeOf(new URL(path, 'http://localhost'));

it('reads back what it writes', () => {
  const places: Place[] = [
    { kind: 'draft' },
    { kind: 'workflow', id: 'wf_1' },
    { kind: 'run', id: 'run_1' },
    { kind: 'run', id: 'a b/ü%' },
  ];
  for (const place of places) expect(at(pathOf(place))).toEqual(place);
});

it('knows the links of older notifications', () => {
  expect(at('/?run=run_1')).toEqual({ kind: 'run', id: 'run_1' });
});

it('takes what it does not know for the draft, and what cannot be decoded as it is', () => {
  for (const path of ['/', '/w/', '/runs/', '/?other=1', '/elsewhere'])
    expect(at(path)).toEqual({ kind: 'draft' });
  expect(placeOf({ pathname: '/runs/%', search: '' })).toEqual({ kind: 'run', id: '%' });
});
