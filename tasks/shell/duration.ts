import { UserError } from "./user_error.ts";

const SECONDS = { s: 1, m: 60, min: 60, h: 3600, d: 86400 };

/**
 * Parses a duration such as "90s", "20m", "1.5h" or "1h30m".
 *
 * @param option The option that has this value, for the error message.
 * @returns Seconds.
 * @throws {UserError} If the text is not a duration above 0.
 */
export function parseDuration(option: string, text: string): number {
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)\s*(min|[smhd])\s*/gy)];
  const whole = parts.reduce((length, [part]) => length + part.length, 0) === text.length;
  const seconds = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * SECONDS[unit as keyof typeof SECONDS],
    0,
  );
  if (whole && seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new UserError(`${option}: expected a time above 0 such as 90s, 20m or 1h30m, found "${text}".`);
}
