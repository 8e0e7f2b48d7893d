import { PasswordInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { Json } from '@/api/json';
import { isExact, toJson } from '@/api/json';
import type { ParamSchema } from '@/api/paramSchema';
import { FileField } from './FileField';
import { JsonField } from './JsonField';
import { NumberField } from './NumberField';
import { PairsField } from './PairsField';
import { optionLabel, shapeOf, titleFrom } from './schema';
import { WorkflowField } from './WorkflowField';

export interface FieldProps {
  schema: ParamSchema;
  /** The schema that holds `$defs`, when it is not `schema` itself. */
  root?: ParamSchema | undefined;
  name?: string | undefined;
  description?: string | undefined;
  value: Json | undefined;
  /** Undefined leaves the param to its default. */
  onChange: (value: Json | undefined) => void;
  required?: boolean | undefined;
  disabled?: boolean | undefined;
  autoFocus?: boolean | undefined;
  error?: string | undefined;
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : toJson(value);
}

/** A choice that is not among the options is shown all the same: a template, or what an older version knew. */
function choicesOf(options: readonly Json[], value: Json | undefined) {
  const choices = options.map((option) => ({ value: String(option), label: optionLabel(option) }));
  const chosen = textOf(value);
  return chosen === '' || choices.some((one) => one.value === chosen)
    ? choices
    : [...choices, { value: chosen, label: chosen }];
}

/** Text in a number's or a switch's place, a template most likely, is edited as what it is. */
function isText(value: Json | undefined): boolean {
  return typeof value === 'string' && value !== '';
}

function isTemplate(value: Json | undefined): boolean {
  return typeof value === 'string' && value.includes('{');
}

/** One value of a params model, with the control that its schema asks for. */
export function Field(props: FieldProps) {
  const { value, onChange, name = '', required, disabled, autoFocus, error } = props;
  const { kind, schema, nullable, integer, options } = shapeOf(props.schema, props.root);
  const fallback = schema.default;
  const common = {
    label: schema.title ?? titleFrom(name),
    description: props.description ?? schema.description,
    required: required ?? false,
    disabled: disabled ?? false,
    error,
    'data-autofocus': autoFocus || undefined,
  };
  const placeholder = textOf(fallback) || textOf(schema.examples?.[0]) || undefined;
  const onText = (text: string) => onChange(text === '' ? undefined : text);
  const text = {
    ...common,
    placeholder,
    value: textOf(value),
    onChange: (event: { currentTarget: { value: string } }) => onText(event.currentTarget.value),
  };

  if ((kind === 'number' || kind === 'boolean') && (isText(value) || isExact(value)))
    return <TextInput {...text} />;
  switch (kind) {
    case 'textarea':
      return <Textarea {...text} autosize minRows={3} maxRows={14} />;
    case 'code':
      return (
        <Textarea
          {...text}
          autosize
          minRows={3}
          maxRows={18}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      );
    case 'secret':
      return <PasswordInput {...text} autoComplete="off" />;
    case 'url':
      return <TextInput {...text} type="url" inputMode="url" placeholder={placeholder ?? 'https://…'} />;
    case 'number':
      return (
        <NumberField
          {...common}
          placeholder={placeholder}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
          min={schema.minimum ?? schema.exclusiveMinimum}
          max={schema.maximum ?? schema.exclusiveMaximum}
          allowDecimal={!integer}
        />
      );
    case 'boolean':
      return (
        <Switch
          {...common}
          color="gray.6"
          checked={value === undefined || value === null ? fallback === true : value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'enum':
      return (
        <Select
          {...common}
          placeholder={fallback === undefined || fallback === null ? undefined : optionLabel(fallback)}
          data={choicesOf(options, value)}
          value={value === undefined || value === null ? null : String(value)}
          onChange={(next) => {
            const chosen = options.find((option) => String(option) === next);
            onChange(chosen === undefined ? (next ?? undefined) : chosen);
          }}
          clearable={nullable || fallback !== undefined}
          allowDeselect={false}
        />
      );
    case 'list':
      return (
        <TagsInput
          {...common}
          placeholder={placeholder ?? 'Type one and press Enter'}
          value={Array.isArray(value) ? value.map(textOf) : isTemplate(value) ? [textOf(value)] : []}
          onChange={(next) => onChange(next.length ? next : undefined)}
          acceptValueOnBlur
        />
      );
    case 'pairs':
      return <PairsField {...common} value={value} onChange={onChange} />;
    case 'workflow':
      return <WorkflowField {...common} value={textOf(value)} onChange={onText} />;
    case 'file':
    case 'files':
      return (
        <FileField
          {...common}
          accept={schema['x-accept']}
          multiple={kind === 'files'}
          value={value}
          onChange={onChange}
        />
      );
    case 'json':
      return <JsonField {...common} value={value} onChange={onChange} />;
    default:
      return <TextInput {...text} />;
  }
}
