/** `1.4 MB`: decimal units, which are usual for download sizes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** `1.2 of 4.0 MB`. */
export function formatByteProgress(loaded: number, total: number): string {
  const [whole, unit] = formatBytes(total).split(' ');
  const scale = unit === 'GB' ? 1e9 : unit === 'MB' ? 1e6 : unit === 'kB' ? 1e3 : 1;
  const digits = whole!.split('.')[1]?.length ?? 0;
  return `${(loaded / scale).toFixed(digits)} of ${whole} ${unit}`;
}

/** `840 ms`, `12.3 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${Number(milliseconds.toFixed(1))} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A metric in words, with its unit: `firstTokenMs`, 12.3 → `first token`, `12 ms`. */
export function formatMetric(name: string, value: number): { name: string; value: string } {
  const unit = /(Ms|Bytes)$/.exec(name)?.[1];
  const words = (unit ? name.slice(0, -unit.length) : name)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
  if (unit === 'Ms') return { name: words, value: formatDuration(value) };
  if (unit === 'Bytes') return { name: words, value: formatBytes(Math.round(value)) };
  return {
    name: words,
    value: Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1),
  };
}

const LONGEST = 400;

/** A check's value on one line. Long values are cut; the report has them in full. */
export function formatValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST
    ? `${text.slice(0, LONGEST).toWellFormed()}… (${text.length} characters)`
    : text;
}

/** `1 check`, `3 checks`. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`;
