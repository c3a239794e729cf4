// Numbers as the page writes them.

const COUNT = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** 10,000 */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** 4.58M */
export function formatCompact(count: number): string {
  return COMPACT.format(count);
}

/** 18.4 MB */
export function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Two or three digits that count: 7.4 ms, 84 ms; an en dash for no number. */
export function formatMs(timeMs: number): string {
  if (!Number.isFinite(timeMs)) return '–';
  return `${timeMs < 10 ? timeMs.toFixed(1) : formatCount(Math.round(timeMs))} ms`;
}

/** A probability: 0.93; the ends are not claimed to be reached. */
export function formatScore(score: number): string {
  if (score < 0.005) return '<0.01';
  return score > 0.995 ? '>0.99' : score.toFixed(2);
}

/** With its sign, and a minus that is as wide as a plus: +1.20, −0.35. */
export function formatSigned(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
