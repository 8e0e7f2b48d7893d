import { toast, toastError } from './toasts';

/** Copy to the clipboard, also where the modern interface is shut (plain HTTP on a home network). */
export async function copyText(text: string): Promise<void> {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyOldWay(text);
    toast('Copied');
  } catch (error) {
    toastError('Copying was refused by the browser', error);
  }
}

function copyOldWay(text: string): void {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (!copied) throw new Error('Select the text and press Ctrl+C instead.');
}
