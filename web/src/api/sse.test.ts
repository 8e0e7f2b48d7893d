import { describe, expect, it } from 'vitest';
import { stream } from '@/test/fakes';
import { readSse, type SseMessage, SseParser } from './sse';

function parse(...chunks: string[]): SseMessage[] {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

describe('SseParser', () => {
  it('reads id, event and data', () => {
    expect(parse('id: 7\nevent: hint\ndata: {"a":1}\n\n')).toEqual([
      { id: '7', event: 'hint', data: '{"a":1}' },
    ]);
  });

  it('joins several data lines with a line feed', () => {
    expect(parse('data: one\ndata: two\n\n')[0]?.data).toBe('one\ntwo');
  });

  it('takes messages cut anywhere, also inside a line ending', () => {
    const whole = 'id: 1\r\ndata: first\r\n\r\nid: 2\r\ndata: second\r\n\r\n';
    for (let cut = 1; cut < whole.length; cut += 1) {
      const messages = parse(whole.slice(0, cut), whole.slice(cut));
      expect(messages.map((message) => [message.id, message.data])).toEqual([
        ['1', 'first'],
        ['2', 'second'],
      ]);
    }
  });

  it('ignores comments and unknown fields, and keeps the last id', () => {
    expect(parse(': heartbeat\n\nid: 3\ndata: a\n\nfoo: bar\ndata: b\n\n').map((m) => m.id)).toEqual([
      '3',
      '3',
    ]);
  });

  it('strips one space after the colon and no more', () => {
    expect(parse('data:  two\n\n')[0]?.data).toBe(' two');
  });

  it('remembers how long to wait before a reconnect', () => {
    const parser = new SseParser();
    parser.push('retry: 2500\n\n');
    expect(parser.retry).toBe(2500);
  });
});

describe('readSse', () => {
  it('decodes characters cut between two reads', async () => {
    const bytes = new TextEncoder().encode('data: Grüße\n\n');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const messages: string[] = [];
    for await (const message of readSse(body)) messages.push(message.data);
    expect(messages).toEqual(['Grüße']);
  });

  it('gives up on a silent connection', async () => {
    const body = new ReadableStream<Uint8Array>({ start: () => undefined });
    const read = async () => {
      for await (const _ of readSse(body, undefined, 20)) throw new Error('nothing was sent');
    };
    await expect(read()).rejects.toThrow('silent');
  });

  it('ends when the signal fires', async () => {
    const controller = new AbortController();
    const body = stream(['data: a\n\n']).body as ReadableStream<Uint8Array>;
    const messages: string[] = [];
    for await (const message of readSse(body, controller.signal)) {
      messages.push(message.data);
      controller.abort();
    }
    expect(messages).toEqual(['a']);
  });
});
