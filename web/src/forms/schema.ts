/** What kind of control a property's JSON Schema asks for. Pydantic writes optional fields as `anyOf` with null. */

import type { Json } from '@/api/json';
import type { ParamSchema } from '@/api/paramSchema';

export type FieldKind =
  | 'text'
  | 'textarea'
  | 'code'
  | 'url'
  | 'secret'
  | 'number'
  | 'boolean'
  | 'enum'
  | 'list'
  | 'pairs'
  | 'file'
  | 'files'
  | 'workflow'
  | 'json';

export interface FieldShape {
  kind: FieldKind;
  /** The schema after `$ref` and "or null" are resolved. */
  schema: ParamSchema;
  nullable: boolean;
  integer: boolean;
  options: Json[];
}

function follow(schema: ParamSchema, root: ParamSchema): ParamSchema {
  const name = schema.$ref?.replace(/^#\/\$defs\//, '');
  const target = name ? root.$defs?.[name] : schema.allOf?.length === 1 ? schema.allOf[0] : undefined;
  if (!target) return schema;
  const { $ref: _ref, allOf: _allOf, ...own } = schema;
  return { ...follow(target, root), ...own };
}

const isNull = (schema: ParamSchema) => schema.type === 'null';

export function shapeOf(property: ParamSchema, root: ParamSchema = property): FieldShape {
  const schema = follow(property, root);
  const choices = (schema.anyOf ?? schema.oneOf ?? []).map((choice) => follow(choice, root));
  const nullable = choices.some(isNull);
  const real = choices.filter((choice) => !isNull(choice));
  const { anyOf: _anyOf, oneOf: _oneOf, ...own } = schema;
  const merged = real.length === 1 ? { ...real[0], ...own } : schema;
  return {
    kind: kindOf(merged, real, root),
    schema: merged,
    nullable,
    integer: merged.type === 'integer',
    options: merged.enum ?? (merged.const === undefined ? [] : [merged.const]),
  };
}

function kindOf(schema: ParamSchema, choices: ParamSchema[], root: ParamSchema): FieldKind {
  const widget = schema['x-widget'];
  if (widget === 'file') return schema.type === 'array' ? 'files' : 'file';
  if (schema.enum || schema.const !== undefined) return 'enum';
  if (widget === 'markdown') return 'textarea';
  if (widget === 'code' && choices.length > 1) return 'json';
  if (widget) return widget;
  if (choices.length > 1) return kindOfUnion(choices);
  if (schema.format === 'uri') return 'url';
  if (schema.type === 'string') return (schema.maxLength ?? 0) > 1_000 ? 'textarea' : 'text';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'boolean') return 'boolean';
  if (schema.type === 'array')
    return schema.items && follow(schema.items, root).type === 'string' ? 'list' : 'json';
  if (schema.type === 'object' && !schema.properties) return holdsText(schema, root) ? 'pairs' : 'json';
  return 'json';
}

/** The object's values can be typed as text: they are text, or something plain that text may stand for. */
function holdsText(schema: ParamSchema, root: ParamSchema): boolean {
  const values = schema.additionalProperties;
  if (values === undefined || typeof values === 'boolean') return false;
  const resolved = follow(values, root);
  return [resolved, ...(resolved.anyOf ?? [])].some((choice) => choice.type === 'string');
}

/** A union with text in it can be written as text; any other only as JSON. */
function kindOfUnion(choices: ParamSchema[]): FieldKind {
  const types = choices.map((choice) => choice.type);
  if (types.includes('object') || types.includes(undefined)) return 'json';
  return types.includes('string') ? 'text' : 'json';
}

/** An option as it is read: "short" as "Short", "GET" as it is. */
export function optionLabel(option: Json): string {
  const text = String(option);
  return /[A-Z]/.test(text) ? text : titleFrom(text);
}

/** "repoName" or "repo_name" as "Repo name", for a property without a title. */
export function titleFrom(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
