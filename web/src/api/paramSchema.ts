import type { Json } from './json';

/** The parts of JSON Schema that pydantic writes for params, and our own `x-` hints. */
export interface ParamSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  const?: Json;
  format?: string;
  items?: ParamSchema;
  properties?: Record<string, ParamSchema>;
  additionalProperties?: boolean | ParamSchema;
  required?: string[];
  anyOf?: ParamSchema[];
  allOf?: ParamSchema[];
  oneOf?: ParamSchema[];
  $ref?: string;
  $defs?: Record<string, ParamSchema>;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  examples?: Json[];
  'x-widget'?: 'text' | 'textarea' | 'markdown' | 'file' | 'code' | 'url' | 'secret' | 'workflow';
  'x-accept'?: string;
  'x-config'?: string;
  'x-setting'?: string;
  'x-why'?: string;
  'x-target'?: 'recipient' | 'url' | 'link' | 'channel' | 'repository' | 'page' | 'workflow' | 'values';
}
