import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import type { Json } from '@/api/json';
import type { ParamSchema } from '@/api/paramSchema';
import { fakeFetch, json } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { Field } from './Field';
import { shapeOf } from './schema';

const kind = (schema: ParamSchema, root?: ParamSchema) => shapeOf(schema, root).kind;

describe('the control for a schema', () => {
  it.each<[ParamSchema, string]>([
    [{ type: 'string' }, 'text'],
    [{ type: 'string', 'x-widget': 'markdown' }, 'textarea'],
    [{ type: 'string', 'x-widget': 'file' }, 'file'],
    [{ type: 'array', items: { type: 'string' }, 'x-widget': 'file' }, 'files'],
    [{ type: 'string', format: 'uri' }, 'url'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'boolean' }, 'boolean'],
    [{ enum: ['a', 'b'] }, 'enum'],
    [{ type: 'array', items: { type: 'string' } }, 'list'],
    [{ type: 'array', items: { type: 'object' } }, 'json'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'pairs'],
    [{ type: 'object', additionalProperties: { anyOf: [{ type: 'string' }, { type: 'integer' }] } }, 'pairs'],
    [{ type: 'object' }, 'json'],
    [{ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, 'text'],
    [{ anyOf: [{ type: 'object' }, { type: 'string' }], 'x-widget': 'code' }, 'json'],
    [{}, 'json'],
  ])('of %j is %s', (schema, expected) => {
    expect(kind(schema)).toBe(expected);
  });

  it('looks through "or null"', () => {
    expect(
      shapeOf({ anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }], title: 'Limit' }),
    ).toMatchObject({
      kind: 'number',
      nullable: true,
      integer: true,
      schema: { minimum: 1, title: 'Limit' },
    });
  });

  it('follows references', () => {
    const root: ParamSchema = { $defs: { State: { enum: ['open', 'closed'], type: 'string' } } };
    expect(shapeOf({ $ref: '#/$defs/State', default: 'open' }, root)).toMatchObject({
      kind: 'enum',
      options: ['open', 'closed'],
    });
    expect(kind({ allOf: [{ $ref: '#/$defs/State' }] }, root)).toBe('enum');
  });
});

/** Shows the value that the field hands up. */
function Form({ schema, start }: { schema: ParamSchema; start?: Json }) {
  const [value, setValue] = useState<Json | undefined>(start);
  return (
    <>
      <Field schema={schema} value={value} onChange={setValue} />
      <output data-testid="value">{value === undefined ? 'undefined' : JSON.stringify(value)}</output>
    </>
  );
}

const value = () => screen.getByTestId('value').textContent;

describe('a field', () => {
  it('leaves a cleared text to the default', async () => {
    renderUi(<Form schema={{ type: 'string', title: 'Query' }} start="old" />);
    await userEvent.clear(screen.getByLabelText('Query'));
    expect(value()).toBe('undefined');
  });

  it('says that a number is out of range, and leaves it as it was typed', async () => {
    renderUi(<Form schema={{ type: 'integer', title: 'Limit', minimum: 1, maximum: 1000 }} />);
    await userEvent.type(screen.getByLabelText('Limit'), '5000');
    await userEvent.tab();
    expect(value()).toBe('5000');
    expect(await screen.findByText('Between 1 and 1,000.')).toBeTruthy();
    await userEvent.clear(screen.getByLabelText('Limit'));
    await userEvent.type(screen.getByLabelText('Limit'), '0');
    expect(await screen.findByText('Between 1 and 1,000.')).toBeTruthy();
    await userEvent.type(screen.getByLabelText('Limit'), '{Backspace}20');
    expect(screen.queryByText('Between 1 and 1,000.')).toBeNull();
  });

  it('hands up numbers as numbers', async () => {
    renderUi(<Form schema={{ type: 'integer', title: 'Limit' }} />);
    await userEvent.type(screen.getByLabelText('Limit'), '25');
    expect(value()).toBe('25');
  });

  it('takes numbers with a fraction, digit by digit', async () => {
    renderUi(<Form schema={{ type: 'number', title: 'Temperature' }} />);
    await userEvent.type(screen.getByLabelText('Temperature'), '0.05');
    expect(value()).toBe('0.05');
    expect(screen.getByLabelText('Temperature')).toHaveProperty('value', '0.05');
  });

  it('shows a number that was written as text', () => {
    renderUi(<Form schema={{ type: 'integer', title: 'Limit' }} start="5" />);
    expect(screen.getByLabelText('Limit')).toHaveProperty('value', '5');
  });

  it('shows a choice that is none of the options, and gives it up for one of them', async () => {
    renderUi(<Form schema={{ enum: ['open', 'closed'], title: 'State' }} start="{{ config.state }}" />);
    const box = screen.getByRole('combobox', { name: 'State' });
    expect(box).toHaveProperty('value', '{{ config.state }}');
    await userEvent.click(box);
    await userEvent.click(await screen.findByRole('option', { name: 'Closed' }));
    expect(value()).toBe('"closed"');
  });

  it('lets a template stand in a number’s place', () => {
    renderUi(<Form schema={{ type: 'integer', title: 'Limit' }} start="{{ config.limit }}" />);
    expect(screen.getByLabelText('Limit')).toHaveProperty('value', '{{ config.limit }}');
  });

  it('turns a switch from its default', async () => {
    renderUi(<Form schema={{ type: 'boolean', title: 'Archived', default: true }} />);
    await userEvent.click(screen.getByLabelText('Archived'));
    expect(value()).toBe('false');
  });

  it('keeps names and values, and forgets rows without a name', async () => {
    const schema: ParamSchema = {
      type: 'object',
      additionalProperties: { type: 'string' },
      title: 'Headers',
    };
    renderUi(<Form schema={schema} start={{ Accept: 'text/html' }} />);
    await userEvent.click(screen.getByRole('button', { name: 'Add' }));
    await userEvent.type(screen.getByLabelText('Headers: value 2'), '1');
    expect(value()).toBe('{"Accept":"text/html"}');
    await userEvent.type(screen.getByLabelText('Headers: name 2'), 'X');
    expect(value()).toBe('{"Accept":"text/html","X":"1"}');
    await userEvent.type(screen.getByLabelText('Headers: name 1'), '{Backspace}{Backspace}');
    expect(screen.queryByText(/is named twice/)).toBeNull();
    await userEvent.clear(screen.getByLabelText('Headers: name 1'));
    await userEvent.type(screen.getByLabelText('Headers: name 1'), 'X');
    expect(screen.getByText('“X” is named twice; only the last one counts.')).toBeTruthy();
    await userEvent.click(screen.getAllByLabelText('Remove X')[0] as HTMLElement);
    expect(value()).toBe('{"X":"1"}');
  });

  it('takes JSON as JSON and anything else as text', async () => {
    renderUi(<Form schema={{ title: 'Body' }} />);
    await userEvent.type(screen.getByLabelText('Body'), '{{"a": [[1]}');
    expect(value()).toBe('{"a":[1]}');
    await userEvent.clear(screen.getByLabelText('Body'));
    await userEvent.type(screen.getByLabelText('Body'), 'plain');
    expect(value()).toBe('"plain"');
  });

  it('sends a file at once and keeps its id', async () => {
    fakeFetch({
      'POST /api/files': () =>
        json({ file: { id: 'file_1', name: 'a.csv', mediaType: 'text/csv', size: 3 } }),
      'GET /api/info': () => json({ maxUploadBytes: 10 }),
    });
    renderUi(<Form schema={{ type: 'string', title: 'CSV file', 'x-widget': 'file' }} />);
    const input = document.querySelector<HTMLInputElement>('input[type=file]');
    await userEvent.upload(input as HTMLInputElement, new File(['a,b'], 'a.csv', { type: 'text/csv' }));
    expect(await screen.findByText('a.csv')).toBeTruthy();
    expect(value()).toBe('"file_1"');
    await userEvent.click(screen.getByLabelText('Remove a.csv'));
    expect(value()).toBe('undefined');
  });

  it('says when a file is too large, before it is sent', async () => {
    const { calls } = fakeFetch({ 'GET /api/info': () => json({ maxUploadBytes: 2 }) });
    renderUi(<Form schema={{ type: 'string', title: 'CSV file', 'x-widget': 'file' }} />);
    await screen.findByText('Choose file');
    await new Promise((resolve) => setTimeout(resolve, 0));
    const input = document.querySelector<HTMLInputElement>('input[type=file]');
    await userEvent.upload(input as HTMLInputElement, new File(['a,b'], 'a.csv'));
    expect(await screen.findByText('“a.csv” has 3 B; the limit is 2 B.')).toBeTruthy();
    expect(calls.filter((call) => call.startsWith('POST'))).toEqual([]);
  });
});
