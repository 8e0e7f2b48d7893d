import { ApiError } from '@/api/http';
import { toast, toastError } from './toasts';

/** Copy to the clipboard, also where the modern interface is shut (plain HTTP on a home network). */
export async function copyText(text: string | Promise<string>): Promise<void> {
  try {
    if (!navigator.clipboard) copyOldWay(await text);
    else if (typeof text === 'string' || typeof ClipboardItem === 'undefined')
      await navigator.clipboard.writeText(await text);
    else await copyLater(text);
    toast('Copied');
  } catch (error) {
    // What could not be fetched is no fault of the browser's.
    toastError(error instanceof ApiError ? 'It was not copied' : 'Copying was refused by the browser', error);
  }
}

/** A text that is still on its way: a browser allows this within the click alone, so it is promised one. */
async function copyLater(text: Promise<string>): Promise<void> {
  const blob = text.then((whole) => new Blob([whole], { type: 'text/plain' }));
  const item = new ClipboardItem({ 'text/plain': blob });
  await Promise.all([blob, navigator.clipboard.write([item])]);
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
