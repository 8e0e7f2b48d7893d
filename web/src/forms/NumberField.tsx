import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useState } from 'react';
import { useSettled } from './useCheck';

interface Props extends Omit<NumberInputProps, 'value' | 'onChange' | 'placeholder'> {
  /** What holds while the number is left open. */
  placeholder?: string | number | undefined;
  value: number | null | undefined;
  /** Null leaves it open. */
  onChange: (value: number | null) => void;
}

/** A number that may be left open. What is typed stays as it is until it says another number: "0." is on its way to 0.5. */
export function NumberField({ placeholder = '', value, onChange, error, ...rest }: Props) {
  const [typed, setTyped] = useState<number | string>(value ?? '');
  const settled = useSettled(value);
  return (
    <NumberInput
      {...rest}
      // A number that nobody typed is worse than one that is refused: what is wrong with it is said instead.
      clampBehavior="none"
      error={(settled && !rest.disabled && outOfRange(value, rest)) || error}
      placeholder={String(placeholder)}
      value={numberOf(typed) === (value ?? null) ? typed : (value ?? '')}
      onChange={(next) => {
        setTyped(next);
        onChange(numberOf(next));
      }}
    />
  );
}

function outOfRange(
  value: number | null | undefined,
  { min, max }: Pick<Props, 'min' | 'max'>,
): string | undefined {
  if (value === null || value === undefined) return undefined;
  const low = min !== undefined && value < Number(min);
  if (!low && (max === undefined || value <= Number(max))) return undefined;
  if (min === undefined || max === undefined)
    return `${low ? 'At least' : 'At most'} ${shown(low ? min : max)}.`;
  return `Between ${shown(min)} and ${shown(max)}.`;
}

function shown(limit: number | string | bigint | undefined): string {
  return Number(limit).toLocaleString('en');
}

function numberOf(typed: number | string): number | null {
  const number = typeof typed === 'string' && typed.trim() === '' ? Number.NaN : Number(typed);
  return Number.isFinite(number) ? number : null;
}
