import { Modal, type ModalProps } from '@mantine/core';
import { useLayer } from './useLayer';

/** A dialog, over all that was open when it opened. */
export function Dialog({ closeButtonProps, ...props }: ModalProps) {
  const zIndex = useLayer(props.opened);
  return (
    <Modal zIndex={zIndex} closeButtonProps={{ 'aria-label': 'Close', ...closeButtonProps }} {...props} />
  );
}
