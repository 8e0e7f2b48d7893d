/** The time as the server has it: the times of runs are the server's, and the browser's clock may be minutes off. */

/** What a clock set by the network is off at most, and what the whole seconds of a header hide. */
const EXACT_MS = 2_000;

let offset = 0;

/** Learn from an answer's `Date` header. */
export function noteServerTime(headers: Headers): void {
  const said = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(said)) return;
  const found = said + 500 - Date.now();
  offset = Math.abs(found) > EXACT_MS ? found : 0;
}

export function serverNow(): number {
  return Date.now() + offset;
}
