/** Formats a duration: "0.4 s", "42 s", "3 min 05 s", "2 h 07 min", "1 d 03 h"; "?" if it is negative or not finite. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "?";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, "min", "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(minutes, 60, "h", "min");
  return pair(Math.round(seconds / 3600), 24, "d", "h");
}

function pair(count: number, size: number, large: string, small: string): string {
  return `${Math.floor(count / size)} ${large} ${String(count % size).padStart(2, "0")} ${small}`;
}
