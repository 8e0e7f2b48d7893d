/**
 * JSON that changes no number on its way through the page. JavaScript's own numbers keep 53 bits; ids of 64 bits and long
 * decimals stay as they were written, as an ExactNumber. Every other number is a plain one.
 */
import {
  isSafeNumber,
  LosslessNumber,
  parse as parseExactly,
  stringify as writeExactly,
} from 'lossless-json';

export type Json = string | number | ExactNumber | boolean | null | Json[] | { [key: string]: Json };

/** Set while something is written that holds an exact number. */
let met = false;

/** A number as it was written. */
export class ExactNumber extends LosslessNumber {
  /** For whoever writes JSON without this module; `toJson` writes it as it is. */
  toJSON(): number {
    met = true;
    return Number(this.value);
  }
}

export function isExact(value: unknown): value is ExactNumber {
  return value instanceof ExactNumber;
}

/** Only a text with so many digits, or such an exponent, where a number may stand can hold one that is none of JavaScript's. */
const LONG = /(?:^|[\s[:,])-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d\d)/;

const readNumber = (text: string) => (isSafeNumber(text) ? Number(text) : new ExactNumber(text));
/** As JSON.parse: the last one holds. */
const onDuplicateKey = ({ newValue }: { newValue: unknown }) => newValue;

/** As JSON.parse, which reads what holds plain numbers alone: it is many times as fast. */
export function fromJson(text: string): unknown {
  if (!LONG.test(text)) return JSON.parse(text);
  return parseExactly(text, undefined, { parseNumber: readNumber, onDuplicateKey });
}

/** As JSON.stringify. */
export function toJson(value: unknown, space?: number): string {
  met = false;
  const text = JSON.stringify(value, null, space);
  return met ? (writeExactly(value, null, space) ?? text) : text;
}
