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

/**
 * Makes the clock run so many times as fast for a while. What is repeated until enough time has passed, such as the measurement of a
 * speed, is then repeated as many times less often, and what is measured seems to take as many times longer.
 */
export function fastClock(times: number): Disposable {
  const now = performance.now.bind(performance);
  const begin = now();
  return otherClock(() => begin + times * (now() - begin));
}

/** The milliseconds of the processor's time that this process has taken so far. They do not depend on what else runs. */
export function cpuMilliseconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}
