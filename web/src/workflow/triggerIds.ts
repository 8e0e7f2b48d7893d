/** The id under which the canvas has a trigger, which has none of its own there: its place in the list. */

export const triggerId = (index: number) => `trigger-${index}`;

export function triggerIndex(id: string): number | null {
  const match = /^trigger-(\d+)$/.exec(id);
  return match ? Number(match[1]) : null;
}
