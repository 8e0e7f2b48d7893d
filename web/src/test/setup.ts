/** What jsdom lacks and the components ask for, and a clean page after each test. */
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as unknown as MediaQueryList;

class NoResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
class NoIntersectionObserver extends NoResizeObserver {}
window.ResizeObserver ??= NoResizeObserver as unknown as typeof ResizeObserver;
window.IntersectionObserver ??= NoIntersectionObserver as unknown as typeof IntersectionObserver;
Object.defineProperty(document, 'fonts', { value: new EventTarget() });
Element.prototype.scrollIntoView ??= () => undefined;
Element.prototype.checkVisibility ??= () => true;

configure({ asyncUtilTimeout: 30_000 });

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});
