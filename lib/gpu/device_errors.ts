/** Thrown when the device is gone: everything on it is lost, and every later call on it fails. Another one can be opened. */
export class DeviceLostError extends Error {
  /** The error's name, which distinguishes it from other errors. */
  override readonly name = "DeviceLostError";
  /**
   * Makes an error whose message gives the reason.
   *
   * @param reason What the driver says, if anything.
   */
  constructor(reason: string) {
    super(`The GPU device was lost (${reason || "without a reason given"}): a new one has to be opened.`);
  }
}

/** What did not fit. */
export interface Shortage {
  /** What the memory was for. */
  readonly label: string;
  /** The bytes that it needs. */
  readonly bytes: number;
  /** The most bytes that a buffer may have, where this was too large for any. */
  readonly limit?: number;
  /** The bytes that were in use, where the memory of the device was exhausted. */
  readonly used?: number;
}

/** Thrown when a buffer is larger than the adapter allows, or the memory of the device is exhausted. */
export class OutOfMemoryError extends Error {
  /** The error's name, which distinguishes it from other errors. */
  override readonly name = "OutOfMemoryError";
  /**
   * Makes an error whose message says what did not fit, and by how much.
   *
   * @param shortage What did not fit.
   */
  constructor(readonly shortage: Shortage) {
    const { label, bytes, limit, used = 0 } = shortage;
    super(
      limit === undefined
        ? `${label}: expected ${bytes} bytes of free device memory besides the ${used} bytes in use, found less.`
        : `${label}: expected at most ${limit} bytes, the limit of this adapter's buffers, found ${bytes}.`,
    );
  }
}
