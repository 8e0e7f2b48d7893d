import { Tooltip as MantineTooltip, type TooltipProps } from '@mantine/core';
import { type MouseEvent, useRef, useState } from 'react';

/**
 * A hint under the pointer, which goes when the button is pressed and comes back when the pointer does: what a press
 * opened is not to be covered by what it was going to open. Every tooltip is this one (biome.json).
 */
export function Tooltip(props: TooltipProps) {
  const { disabled = false, onClick, onMouseEnter, onMouseLeave, onPointerDown, ...rest } = props;
  const [pressed, setPressed] = useState(false);
  const at = useRef('');
  const press = (event: MouseEvent) => {
    setPressed(true);
    at.current = place(event);
  };
  // A dialog that came and went over a pointer at rest makes it leave and enter without having moved.
  const move = (event: MouseEvent) => place(event) !== at.current && setPressed(false);
  return (
    <MantineTooltip
      {...rest}
      disabled={disabled || pressed}
      onPointerDown={(event) => {
        press(event);
        onPointerDown?.(event);
      }}
      onClick={(event) => {
        press(event); // by a key too
        onClick?.(event);
      }}
      onMouseEnter={(event) => {
        move(event);
        onMouseEnter?.(event);
      }}
      onMouseLeave={(event) => {
        move(event);
        onMouseLeave?.(event);
      }}
    />
  );
}

/** Pointer events have fractions of pixels where mouse events have none. */
const place = ({ clientX, clientY }: MouseEvent) => `${Math.floor(clientX)} ${Math.floor(clientY)}`;
