import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useState } from 'react';

interface Props extends Omit<NumberInputProps, 'value' | 'onChange' | 'placeholder'> {
  /** What holds while the number is left open. */
  placeholder?: string | number | undefined;
  value: number | null | undefined;
  /** Null leaves it open. */
  onChange: (value: number | null) => void;
}

/** A number that may be left open. What is typed stays as it is until it says another number: "0." is on its way to 0.5. */
export function NumberField({ placeholder = '', value, onChange, ...rest }: Props) {
  const [typed, setTyped] = useState<number | string>(value ?? '');
  return (
    <NumberInput
      {...rest}
      placeholder={String(placeholder)}
      value={numberOf(typed) === (value ?? null) ? typed : (value ?? '')}
      onChange={(next) => {
        setTyped(next);
        onChange(numberOf(next));
      }}
    />
  );
}

function numberOf(typed: number | string): number | null {
  const number = typeof typed === 'string' && typed.trim() === '' ? Number.NaN : Number(typed);
  return Number.isFinite(number) ? number : null;
}
