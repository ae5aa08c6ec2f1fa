/** The time that a section of the check has. Parts of it are left out when it is over. */
export class Allowance {
  /** @param end When it ends, on `now`'s clock in milliseconds. */
  constructor(readonly end: number, readonly now: () => number = () => performance.now()) {}

  /** Seconds that are left; never negative. */
  get left(): number {
    return Math.max(0, this.end - this.now()) / 1000;
  }

  /** Whether nothing more should be begun. */
  get isOver(): boolean {
    return this.now() >= this.end;
  }

  /** Whether something that takes so many seconds would end in time. */
  fits(seconds: number): boolean {
    return this.now() + seconds * 1000 <= this.end;
  }

  /** A part of what is left: an allowance of its own, which begins now. */
  part(share: number): Allowance {
    const now = this.now();
    return new Allowance(now + Math.max(0, this.end - now) * share, this.now);
  }
}

/**
 * When each of several sections must have ended, in milliseconds, if they share the time until `end` in these proportions. What earlier
 * sections have left is shared by those that follow.
 */
export function deadline(shares: readonly number[], index: number, { now, end }: { now: number; end: number }): number {
  const rest = shares.slice(index).reduce((sum, share) => sum + share, 0);
  return now + (end - now) * shares[index] / rest;
}
