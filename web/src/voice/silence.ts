/** Tells by loudness when somebody has finished speaking. Levels run from 0 to 1, times are in milliseconds. */

export const QUIET_MS = 1_300;
export const WAIT_MS = 8_000;
const FLOOR = 0.012;
const ABOVE_NOISE = 2.5;
/** Clicks and breaths are louder than the room, but not for so long. */
const WORD_MS = 120;

export interface Ears {
  noise: number;
  loudMs: number;
  quietMs: number;
  spoke: boolean;
}

export function newEars(): Ears {
  return { noise: FLOOR / ABOVE_NOISE, loudMs: 0, quietMs: 0, spoke: false };
}

export function hear(ears: Ears, level: number, ms: number): Ears {
  if (level > Math.max(FLOOR, ears.noise * ABOVE_NOISE)) {
    const loudMs = ears.loudMs + ms;
    return { ...ears, loudMs, quietMs: 0, spoke: ears.spoke || loudMs >= WORD_MS };
  }
  const share = Math.min(1, ms / 500);
  return {
    ...ears,
    loudMs: 0,
    quietMs: ears.quietMs + ms,
    noise: ears.noise * (1 - share) + level * share,
  };
}

/** They spoke and pause, or never began. */
export function isOver(ears: Ears): boolean {
  return ears.quietMs >= (ears.spoke ? QUIET_MS : WAIT_MS);
}
