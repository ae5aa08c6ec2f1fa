import { cpuUsage } from "node:process";

/** Lets `performance.now` tell another time, in milliseconds, until the result is disposed of. */
export function otherClock(now: () => number): Disposable {
  const original = performance.now;
  performance.now = now;
  return {
    [Symbol.dispose]() {
      performance.now = original;
    },
  };
}

/** A clock by which everything takes ten seconds: each time that it is asked, it is so much later. */
export function slowClock(): Disposable {
  let time = 0;
  return otherClock(() => time += 10_000);
}

/** The milliseconds of the processor's time that this process has taken so far. They do not depend on what else runs. */
export function cpuMilliseconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}
