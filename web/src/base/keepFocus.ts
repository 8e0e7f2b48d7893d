/**
 * Keeps the focus on the page. What is removed, disabled or hidden takes the focus along, and the browser then gives it
 * to the body, where no key means anything: here it goes on to what stood beside it, or where the user came from.
 */
import { topModal } from './openModals';

const FOCUSABLE =
  'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex="-1"]), [contenteditable="true"]';
const TEXT = 'textarea, input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"])';
const CANVAS = '[data-testid="canvas"]';
/** Inside one of these the user was at work, and goes on with the next thing in it. */
const AREA = `ul, ol, [role="list"], [role="group"], [role="toolbar"], [aria-modal="true"], aside, form, ${CANVAS}`;
const KEPT = 12;

interface Place {
  element: Element;
  /** From it outwards: each parent, and which of its children led there. */
  trail: { parent: Element; index: number }[];
}

/** Where the focus was, the last place last. */
let recent: Place[] = [];
/** The pointer left the last element for a place that takes no focus: that was meant. */
let left = false;

/** The place for whoever has no other: its keys are those of the whole page. */
export function focusCanvas(): void {
  document.querySelector<HTMLElement>(CANVAS)?.focus({ preventScroll: true });
}

export function keepFocus(): () => void {
  let frame = 0;
  const look = () => {
    cancelAnimationFrame(frame);
    // The browser itself looks after its next layout whether the focus can stay.
    frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(restore);
    });
  };
  const onFocus = ({ target }: FocusEvent) => {
    if (target instanceof Element) remember(target);
  };
  const onPointer = ({ target }: Event) => {
    left = target instanceof Element && !target.closest(`${FOCUSABLE}, [tabindex]`);
  };
  const onKey = () => {
    left = false;
    document.querySelector('[data-unasked]')?.removeAttribute('data-unasked');
  };
  const changes = new MutationObserver(look);
  changes.observe(document.body, {
    subtree: true,
    childList: true,
    attributeFilter: ['disabled', 'hidden', 'inert'],
  });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('focusout', look);
  document.addEventListener('pointerdown', onPointer, true);
  document.addEventListener('keydown', onKey, true);
  return () => {
    cancelAnimationFrame(frame);
    changes.disconnect();
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('focusout', look);
    document.removeEventListener('pointerdown', onPointer, true);
    document.removeEventListener('keydown', onKey, true);
  };
}

function remember(element: Element): void {
  const trail: Place['trail'] = [];
  for (let child = element; child.parentElement; child = child.parentElement) {
    trail.push({ parent: child.parentElement, index: [...child.parentElement.children].indexOf(child) });
  }
  const others = recent.filter((one) => one.element !== element && one.element.isConnected);
  recent = [...others, { element, trail }].slice(-KEPT);
}

function restore(): void {
  const { activeElement, body } = document;
  if (activeElement && activeElement !== body) return;
  const last = recent.at(-1); // none on a page that has just come
  if (left && (!last || takesFocus(last.element))) return;
  const scope = topModal() ?? body;
  for (const place of recent.toReversed()) {
    const { element } = place;
    const found = takesFocus(element) && scope.contains(element) ? element : beside(scope, place);
    if (!found) continue;
    focusOn(found);
    return;
  }
  if (scope === body) focusCanvas();
  else focusOn(scope);
  // Of a page that has just come nobody needs a frame around the canvas: no key was pressed yet.
  if (!last && scope === body) document.activeElement?.setAttribute('data-unasked', '');
}

/** In the list or form that lost it: what has moved up into its place, or else what stood before it. */
function beside(scope: Element, { element, trail }: Place): Element | undefined {
  const there = trail.find(({ parent }) => parent.isConnected);
  const area = there?.parent.closest(AREA);
  if (!there || !area || !scope.contains(area) || !area.checkVisibility()) return undefined;
  if (area.matches(CANVAS)) return area; // another node is not what was meant
  if (element.isConnected) return area; // only disabled: a neighbour's button is not what was meant
  const { children } = there.parent;
  return firstIn(children[there.index]) ?? firstIn(children[there.index - 1]) ?? firstIn(area) ?? area;
}

function firstIn(element: Element | undefined): Element | undefined {
  if (!element) return undefined;
  return [element, ...element.querySelectorAll(FOCUSABLE)].find(
    (one) => one.matches(FOCUSABLE) && takesFocus(one),
  );
}

function focusOn(element: Element): void {
  if (!element.matches(`${FOCUSABLE}, [tabindex]`)) element.setAttribute('tabindex', '-1');
  if (element instanceof HTMLElement || element instanceof SVGElement) element.focus({ preventScroll: true });
}

/** A text field on a touch screen would bring up the keyboard, which nobody asked for. */
function takesFocus(element: Element): boolean {
  if (!element.isConnected || element.matches(':disabled, body') || !element.checkVisibility()) return false;
  if (element.closest('[inert]')) return false;
  return !(element.matches(TEXT) && window.matchMedia('(pointer: coarse)').matches);
}
