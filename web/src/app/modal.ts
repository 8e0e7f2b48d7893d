/** True while a dialog or a drawer has the page: keys are its own then, and must not reach what lies under it. */
export function modalOpen(): boolean {
  const modals = [...document.querySelectorAll('[aria-modal="true"]')];
  return modals.some((modal) => modal.checkVisibility());
}
