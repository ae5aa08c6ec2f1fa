import { grouped } from "../chart/axis_scale.js";
import { words } from "./labels.js";

/** The longest text of a value on a page. */
const LONGEST = 300;

/** A value as a page shows it: numbers with few digits and grouped thousands, and entries as "fieldOfView" → "field of view 35.5, 35.5; …". */
export function valueText(value: unknown): string {
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return cut(value.map(valueText).join(", "));
  if (typeof value !== "object" || value === null) return cut(String(value));
  return cut(Object.entries(value).map(([name, each]) => `${words(name)} ${valueText(each)}`).join("; "));
}

/** A number with five significant digits, or as an integer with all of them. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞").replace("-", "−");
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return grouped(String(value));
  const short = String(Number(value.toPrecision(5)));
  return /e/.test(short)
    ? short.replace(/^(?<sign>-?)1e/, "$<sign>10^").replace("e", "·10^").replace("+", "").replaceAll("-", "−")
    : grouped(short);
}

/** A number of bytes: "812 B", "36 kB", "4.1 MB". */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${["B", "kB", "MB", "GB"][power]}`;
}

/** A point in time, in local time: "2026-11-24 08:45:12". */
export function timeText(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
