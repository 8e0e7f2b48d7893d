import { describe, expect, it } from 'vitest';
import { ExactNumber, fromJson, isExact, toJson } from './json';

const ID = '1234567890123456789';

describe('a number', () => {
  it.each([
    ID,
    `-${ID}`,
    '123456789012345678901234567890',
    '0.12345678901234567890123',
    '1e400',
    '1e+16',
    '9007199254740993',
  ])('%s stays as it was written', (text) => {
    const value = fromJson(`{"a": [${text}]}`) as { a: unknown[] };
    expect(isExact(value.a[0])).toBe(true);
    expect(String(value.a[0])).toBe(text);
    expect(toJson(value)).toBe(`{"a":[${text}]}`);
  });

  it.each(['0', '-1', '12.5', '9007199254740991', '0.1234567890123456', '1e-7', '1.10', '-0.0000012'])(
    '%s is a plain one, also beside one that is not',
    (text) => {
      const [plain] = fromJson(`[${text}, ${ID}]`) as unknown[];
      expect(plain).toBe(JSON.parse(text));
      expect(fromJson(text)).toBe(JSON.parse(text));
    },
  );
});

it('is read and written as by JSON itself', () => {
  const texts = [
    '{"a":"\\u00e9 \\ud83d\\ude00 1234567890123456789","b":[null,true,{}],"a":2}',
    '{"__proto__":{"x":1},"n":1234567890123456}',
    '"12345678901234567890"',
    ' [ ] ',
  ];
  for (const text of texts) {
    expect(fromJson(text)).toEqual(JSON.parse(text));
    expect(toJson(fromJson(text))).toBe(JSON.stringify(JSON.parse(text)));
  }
  for (const text of ['', '{', '[1,]', `{"a": ${ID}`, `01${ID}`])
    expect(() => fromJson(text)).toThrow(SyntaxError);
  const value = { a: undefined, b: [undefined, new ExactNumber(ID)], c: 1 };
  expect(toJson(value)).toBe(`{"b":[null,${ID}],"c":1}`);
  expect(toJson(value, 2)).toBe(`{\n  "b": [\n    null,\n    ${ID}\n  ],\n  "c": 1\n}`);
});

it('is read fast enough where it is large', () => {
  const row = '{"id":1234567890123456789,"text":"a few words of text","price":1.5}';
  const text = `[${Array(40_000).fill(row).join()}]`; // 2.7 MB
  const start = performance.now();
  expect((fromJson(text) as unknown[]).length).toBe(40_000);
  expect(performance.now() - start).toBeLessThan(5_000);
});

/** Whoever reads or writes JSON by hand would round what passes through. */
it('is the only door to JSON', () => {
  const sources = import.meta.glob<string>('../**/*.{ts,tsx}', {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const other = Object.entries(sources).filter(
    ([path, text]) =>
      !/\.test\.|\/test\/|\.\/json\.ts$|^\.\.\/api\/json\.ts$/.test(path) &&
      /\bJSON\.(parse|stringify)\(|\.json\(\)/.test(text),
  );
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  expect(other.map(([path]) => path)).toEqual([]);
});
