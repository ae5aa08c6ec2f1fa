/** A time that passes, or ends with a signal; without a time, only the signal ends it. */
export function pause(milliseconds: number | undefined, signal: AbortSignal): Disposable & { over: Promise<void> } {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
  const end = () => resolve();
  if (signal.aborted) end();
  signal.addEventListener("abort", end);
  return {
    over,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    },
  };
}
