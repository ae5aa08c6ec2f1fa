import { parseDuration } from "../shell/duration.ts";
import { UserError } from "../shell/user_error.ts";

/** Seconds that a process needs for its last files and for leaving the device. */
export const ENDING = 2;

/** How the sentence about a deadline goes on that leaves no time for a step. */
export const TOO_SHORT = "expected time for at least one step and what follows it";

/** Seconds that the start of a small run, a step and its files take, at least to try. */
const FIRST_TRY = 10;

/** The longest time of a timer, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The time by which a process is to have ended, counted from its start. */
export class Deadline {
  /**
   * @param text What was asked for, such as "20m".
   * @param seconds The same in seconds.
   * @param now The seconds since the process started.
   */
  constructor(
    readonly text: string,
    readonly seconds: number,
    readonly now: () => number = () => performance.now() / 1000,
  ) {}

  /**
   * The deadline that `--deadline` asks for, if it was given.
   *
   * @throws {UserError} If its value is not a duration.
   */
  static asked(text: string | undefined): Deadline | undefined {
    return text === undefined ? undefined : new Deadline(text, parseDuration("--deadline", text));
  }

  /** Seconds until the process is to have ended; negative afterwards. */
  get left(): number {
    return this.seconds - this.now();
  }

  /** A signal that is aborted so many seconds before the deadline. Its reason is a sentence for the user. */
  before(seconds: number): AbortSignal {
    const controller = new AbortController();
    const wait = () => {
      const left = 1000 * (this.left - seconds);
      if (left > 0) Deno.unrefTimer(setTimeout(wait, Math.min(left, LONGEST_TIMER)));
      else controller.abort(this.#over());
    };
    wait();
    return controller.signal;
  }

  /**
   * What is to be called before each piece of work that nothing can stop, in which timers have no turn either. It throws when a piece as
   * long as the longest one so far would not end in time.
   */
  guard(): () => void {
    let last = this.now();
    let longest = 0;
    return () => {
      const now = this.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (this.left < ENDING + longest) throw this.#over(longest);
    };
  }

  /**
   * Says that the time is over before it is known what would fit. What can be named is a time to try: twice as long, and with the piece of
   * work that did not fit. Another start is faster, because kernels are compiled then.
   *
   * @param longest The seconds of the longest piece of work so far.
   */
  #over(longest = 0): UserError {
    const spent = Math.max(this.seconds, this.now());
    return new UserError(
      `--deadline ${this.text}: ${TOO_SHORT}, but the start leaves none; what would fit is not known yet: ` +
        `try --deadline ${Math.ceil(2 * spent + longest + FIRST_TRY)}s.`,
    );
  }
}

/** The signal that comes first: that of the user, or the deadline's so many seconds before it. */
export function signalOrDeadline(signal: AbortSignal, deadline: Deadline | undefined, seconds: number): AbortSignal {
  return deadline === undefined ? signal : AbortSignal.any([signal, deadline.before(seconds)]);
}
