/** The dialog or drawer that lies over all others, or null. */
export function topModal(): Element | null {
  const modals = [...document.querySelectorAll('[aria-modal="true"]')].filter((modal) =>
    modal.checkVisibility(),
  );
  return modals.toSorted((one, other) => layerOf(one) - layerOf(other)).at(-1) ?? null;
}

function layerOf(modal: Element): number {
  return Number(modal.parentElement && getComputedStyle(modal.parentElement).zIndex) || 0;
}

/** True while a dialog, a drawer or a page of words lies over the canvas: no key may reach what is under it. */
export function modalOpen(): boolean {
  return topModal() !== null || document.querySelector('[data-covers-canvas]') !== null;
}
