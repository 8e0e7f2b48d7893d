// Runs before the first paint, so that a dark page does not flash white. The key is Mantine's own.
(() => {
  let kept = 'auto';
  try {
    kept = localStorage.getItem('mantine-color-scheme-value') || 'auto';
  } catch {
    // Storage is closed to us (a strict privacy mode): follow the system.
  }
  const dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
