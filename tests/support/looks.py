"""What can be measured of how a page looks: text that is cut off, controls that are covered, contrast and names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}

# Looks at what is in front: the menu or dialog that is open, the panel that fills a phone's screen.
# What scrolls in a box of its own is neither cut off nor covered: it can be brought into sight.
FLAWS = """() => {
  const flaws = [];
  const over = [...document.querySelectorAll('[role=dialog], [role=menu], aside')].filter(
    (one) => one.checkVisibility() && (one.tagName !== 'ASIDE' || one.offsetWidth > innerWidth * 0.9),
  );
  const front = over.at(-1) ?? document.body;
  const words = (one) => (one.innerText || one.getAttribute('aria-label') || '').trim().replace(/\\s+/g, ' ');
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth) flaws.push(`the page is ${root.scrollWidth} wide in a window of ${innerWidth}`);

  const texts = 'button, a, label, h1, h2, h3, h4, th, dt, dd, time, [role=tab], [data-testid^=node-] div, [class*=Badge]';
  for (const one of front.querySelectorAll(texts)) {
    const box = one.getBoundingClientRect();
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || box.width < 2 || !one.innerText) continue;
    const style = getComputedStyle(one);
    if (one.closest('.sr-only') || style.display === 'inline' || /auto|scroll/.test(style.overflowX)) continue;
    if (one.querySelector('.react-flow__handle')) continue; // a handle stands half outside of its node
    const clipped = one.scrollWidth > one.clientWidth + 1;
    const cut = one.scrollHeight > one.clientHeight + 2 && style.overflowY === 'hidden';
    if (clipped || cut) flaws.push(`cut off: “${words(one)}” ${one.scrollWidth}x${one.scrollHeight} in ${one.clientWidth}x${one.clientHeight}`);
  }
  const inSight = (one, x, y) => {
    for (let outer = one.parentElement; outer; outer = outer.parentElement) {
      const box = outer.getBoundingClientRect();
      const scrolls = /auto|scroll|hidden/.test(getComputedStyle(outer).overflow);
      if (scrolls && (x < box.left || x > box.right || y < box.top || y > box.bottom)) return false;
    }
    return x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight;
  };
  for (const one of front.querySelectorAll('button, a[href], input, textarea, [role=tab]')) {
    const box = one.getBoundingClientRect();
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || box.width < 3 || one.disabled) continue;
    if (one.closest('.react-flow__viewport, [class*=welcome]')) continue;
    if (box.right > innerWidth + 1 || box.left < -1) flaws.push(`beyond the edge: “${words(one)}”`);
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (!inSight(one, x, y)) continue;
    const hit = document.elementFromPoint(x, y);
    if (!hit) continue;
    const mine = (one.contains(hit) || hit.contains(one) || [...(one.labels ?? [])].some((label) => label.contains(hit)));
    const scroller = one.parentElement.closest('[class*=list], [class*=body], [class*=lines]');
    if (!mine && !scroller?.contains(hit)) flaws.push(`covered: “${words(one) || one.outerHTML.slice(0, 120)}” by <${hit?.outerHTML.slice(0, 120)}>`);
  }
  // What is scrolled passes under a bar that stays.
  const stays = (one, other) => {
    for (let outer = one; outer && !outer.contains(other); outer = outer.parentElement)
      if (/sticky|fixed/.test(getComputedStyle(outer).position)) return true;
    return false;
  };
  const walker = document.createTreeWalker(front, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (one.closest('.react-flow__viewport, [class*=welcome], .sr-only')) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects()) {
      const y = box.top + box.height / 2;
      for (const x of box.width < 9 ? [] : [box.left + 4, box.right - 4]) {
        const clipped = box.right > one.getBoundingClientRect().right + 1 || !inSight(one, x, y);
        const control = clipped ? null : document.elementFromPoint(x, y)?.closest('button, a[href], input');
        if (!control || !front.contains(control) || control.contains(one) || one.contains(control)) continue;
        if ([...(control.labels ?? [])].some((label) => label.contains(one))) continue;
        if (!stays(control, one))
          flaws.push(`written under “${words(control)}”: “${walker.currentNode.data.trim().slice(0, 80)}”`);
      }
    }
  }
  return flaws;
}"""


def flaws(page: Page) -> list[str]:
    """Horizontal scrolling, text that does not fit, controls that are covered or beyond the edge."""
    return cast("list[str]", page.evaluate(FLAWS))


@cache
def _axe() -> str:
    assert AXE.is_file(), "axe-core is missing: npm ci in web/ installs it"
    return AXE.read_text("utf-8")


def barriers(page: Page) -> list[str]:
    """What axe-core calls a serious or critical barrier to accessibility, contrast below AA among them."""
    page.evaluate(_axe())
    result = cast("dict[str, Any]", page.evaluate("rules => axe.run(document, rules)", RULES))
    return [
        f"{violation['id']} at {node['target'][0]}: {node['failureSummary']}"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
