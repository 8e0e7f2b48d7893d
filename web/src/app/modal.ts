/** The dialog or drawer that lies over all others, or null. */
export function topModal(): Element | null {
  const modals = [...document.querySelectorAll('[aria-modal="true"]')];
  return modals.findLast((modal) => modal.checkVisibility()) ?? null;
}

/** True while a dialog or a drawer has the page: keys are its own then, and must not reach what lies under it. */
export function modalOpen(): boolean {
  return topModal() !== null;
}
