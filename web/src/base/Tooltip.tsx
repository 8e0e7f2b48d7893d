import { Tooltip as MantineTooltip, type TooltipProps } from '@mantine/core';
import { cloneElement, isValidElement, type MouseEvent, useRef, useState } from 'react';

/**
 * A hint under the pointer, which goes when the button is pressed and comes back when the pointer does: what a press
 * opened is not to be covered by what it was going to open. Every tooltip is this one (biome.json).
 */
export function Tooltip(props: TooltipProps) {
  const { disabled = false, onClick, onMouseEnter, onMouseLeave, onPointerDown, children, ...more } = props;
  const [own, forChild] = split(more);
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
      {...own}
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
    >
      {isValidElement(children) ? cloneElement(children, forChild) : children}
    </MantineTooltip>
  );
}

/** What a menu or popover says of its button, whose tooltip this is, belongs to the button. */
function split<Props extends object>(props: Props): [Props, object] {
  const isOfButton = ([name]: [string, unknown]) => name === 'id' || name.startsWith('aria-');
  const entries = Object.entries(props);
  const own = Object.fromEntries(entries.filter((entry) => !isOfButton(entry)));
  return [own as Props, Object.fromEntries(entries.filter(isOfButton))];
}

/** Pointer events have fractions of pixels where mouse events have none. */
const place = ({ clientX, clientY }: MouseEvent) => `${Math.floor(clientX)} ${Math.floor(clientY)}`;
