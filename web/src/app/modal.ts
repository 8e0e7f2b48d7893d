/** The dialog or drawer that lies over all others, or null. */
export function topModal(): Element | null {
  const modals = [...document.querySelectorAll('[aria-modal="true"]')];
  return modals.findLast((modal) => modal.checkVisibility()) ?? null;
}

/** True while a dialog, a drawer or a page of words lies over the canvas: no key may reach what is under it. */
export function modalOpen(): boolean {
  return topModal() !== null || document.querySelector('[data-covers-canvas]') !== null;
}
