import type { OutOfMemoryError } from "../../lib/gpu/device_errors.ts";
import { UserError } from "../shell/user_error.ts";
import type { TrainingValues } from "./options.ts";

/** Widths that are suggested are multiples of this. */
const GRAIN = 16;

/** The message for a run that does not fit: which option, by how much, and what would fit. */
export function memoryAdvice({ message, shortage }: OutOfMemoryError, values: TrainingValues): UserError {
  const { label, bytes, limit, used = 0 } = shortage;
  const { width, layers, optimizer } = values as TrainingValues & { readonly width?: number; readonly layers?: number };
  if (width === undefined) return new UserError(message);
  const size = `--width ${width}${layers === undefined ? "" : `, --layers ${layers}`}, --optimizer ${optimizer}`;
  if (limit === undefined) {
    return new UserError(
      `${size}: ${label}: expected ${megabytes(bytes)} of free device memory besides the ${megabytes(used)} in use, ` +
        "found less; a smaller --width or --layers, another --optimizer or a smaller input would fit.",
    );
  }
  // Whatever grows with the network grows with the square of its width, or more slowly.
  const fitting = Math.floor(width * Math.sqrt(limit / bytes) / GRAIN) * GRAIN;
  const smaller = fitting > 0 ? `--width ${fitting} would fit.` : "fewer --layers would fit.";
  return new UserError(
    `${size}: ${label}: expected at most ${megabytes(limit)}, the limit of this adapter's buffers, ` +
      `found ${megabytes(bytes)}, which is ${megabytes(bytes - limit)} more; ${smaller}`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
