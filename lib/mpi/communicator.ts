import { checkOptions } from "../hyperparameter/members.ts";
import type { Launch } from "./launch.ts";
import { type MpiLibrary, openLibrary } from "./library.ts";

/** So long the host asks without a pause whether an exchange is complete, in milliseconds. Then it lets others have the processor. */
const WITHOUT_PAUSE = 1;
/** After so many milliseconds, the host asks only every few milliseconds. */
const SOON = 1000;
/** The most bytes that one message may have; their number is a 32-bit integer. */
const LARGEST = 2 ** 30;
/** Bytes for what MPI calls a status or a request; they need less. */
const STATUS = 256;

/** Options of {@linkcode joinMpi}. */
export interface JoinOptions {
  /** A folder in whose `lib` MPI is looked for first. */
  readonly home?: string;
}

/**
 * Joins the job of MPI processes that this process was started in.
 *
 * @param launch How it was started; see `launchOf`.
 * @throws {Error} If no MPI library is found, or it does not find the other processes.
 * @example
 * ```ts ignore
 * const launch = launchOf((variable) => Deno.env.get(variable));
 * const peers = launch === undefined ? undefined : joinMpi(launch);
 * for await (const event of train({ field, objective, data, optimizer, steps: 1000, peers })) { … }
 * await peers?.finish();
 * ```
 */
export function joinMpi(launch: Launch, options: JoinOptions = {}): Communicator {
  checkOptions("joinMpi", options, { home: true });
  const { home } = options;
  const library = openLibrary(launch.kinds, home);
  checked(library.call.MPI_Init(null, null), "MPI_Init");
  const communicator = new Communicator(library);
  if (communicator.size === launch.size) return communicator;
  throw new Error(
    `${library.path}: expected ${launch.size} processes, as many as were started, found ${communicator.size}: ` +
      "they were started by the mpirun of another MPI.",
  );
}

/**
 * The processes of a job, of which this is one. All of them must make the same calls in the same order. While a process waits for the
 * others, its event loop goes on.
 */
export class Communicator {
  /** The number of this process, from 0. */
  readonly rank: number;
  /** The number of processes. */
  readonly size: number;
  readonly #library: MpiLibrary;
  readonly #parent = Deno.ppid;
  readonly #request = bytes(STATUS);
  readonly #done = bytes(STATUS);
  readonly #status = bytes(STATUS);
  /** What is sent and received, which grows with the longest message. */
  #memory = bytes(0);

  /** Only {@linkcode joinMpi} calls this. */
  constructor(library: MpiLibrary) {
    this.#library = library;
    const read = (name: "MPI_Comm_rank" | "MPI_Comm_size") => {
      const number = bytes(STATUS);
      checked(library.call[name](library.world, number), name);
      return new Int32Array(number.buffer)[0];
    };
    this.rank = read("MPI_Comm_rank");
    this.size = read("MPI_Comm_size");
  }

  /**
   * Replaces numbers by their sums over all processes. Each sum is computed once, with 64 bits and in the order of the ranks, and then
   * sent to all: it has the same bits everywhere, and with every MPI.
   *
   * @param numbers As many at every process.
   */
  async sum(numbers: Float32Array): Promise<void> {
    const { size } = this;
    // Process r adds up the r-th of equal parts.
    const part = Math.ceil(numbers.length / size);
    const [sent, received] = this.#places(4 * part * size, 4 * part * size);
    const [mine, theirs] = [floats(sent), floats(received)];
    mine.set(numbers);
    mine.fill(0, numbers.length);
    await this.#exchange("MPI_Ialltoall", sent, received, 4 * part);
    for (let i = 0; i < part; i++) {
      let sum = 0;
      for (let r = 0; r < size; r++) sum += theirs[r * part + i];
      mine[i] = sum;
    }
    await this.#exchange("MPI_Iallgather", sent.subarray(0, 4 * part), received, 4 * part);
    numbers.set(theirs.subarray(0, numbers.length));
  }

  /** The least of the numbers of all processes, which are whole and have 32 bits. */
  async least(number: number): Promise<number> {
    const [sent, received] = this.#places(4, 4 * this.size);
    integers(sent)[0] = number;
    await this.#exchange("MPI_Iallgather", sent, received, 4);
    return Math.min(...integers(received));
  }

  /** What process 0 gives, at every process. What the others give is ignored. */
  async broadcast(content: Uint8Array): Promise<Uint8Array> {
    const [length] = this.#places(8, 0);
    new Float64Array(length.buffer, 0, 1)[0] = content.length;
    await this.#broadcast(length);
    const whole = bytes(new Float64Array(length.buffer, 0, 1)[0]);
    if (this.rank === 0) whole.set(content);
    for (let first = 0; first < whole.length; first += LARGEST) {
      await this.#broadcast(whole.subarray(first, first + LARGEST));
    }
    return whole;
  }

  /** Waits for all processes, and leaves the job. Nothing may be called afterwards. */
  async finish(): Promise<void> {
    await this.least(0);
    checked(this.#library.call.MPI_Finalize(), "MPI_Finalize");
    this.#library.close();
  }

  /** Ends all processes of the job at once, this one included. */
  abort(code: number): never {
    this.#library.call.MPI_Abort(this.#library.world, code);
    throw new Error("MPI_Abort: expected the end of this process, found that it goes on.");
  }

  /** Two pieces of memory of so many bytes. */
  #places(first: number, second: number): [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
    const start = Math.ceil(first / 8) * 8;
    if (start + second > this.#memory.length) this.#memory = bytes(start + second);
    return [this.#memory.subarray(0, first), this.#memory.subarray(start, start + second)];
  }

  /** Makes an exchange of which each pair of processes has one message. */
  async #exchange(
    name: "MPI_Ialltoall" | "MPI_Iallgather",
    sent: Uint8Array<ArrayBuffer>,
    received: Uint8Array<ArrayBuffer>,
    each: number,
  ): Promise<void> {
    if (each > LARGEST) throw new RangeError(`${name}: expected at most ${LARGEST} bytes, found ${each}.`);
    const { byte, world, call } = this.#library;
    checked(call[name](sent, each, byte, received, each, byte, world, this.#request), name);
    await this.#completion();
  }

  async #broadcast(data: Uint8Array<ArrayBuffer>): Promise<void> {
    const { byte, world, call } = this.#library;
    checked(call.MPI_Ibcast(data, data.length, byte, 0, world, this.#request), "MPI_Ibcast");
    await this.#completion();
  }

  /** Waits until the exchange in progress is complete. MPI makes progress only when it is asked. */
  async #completion(): Promise<void> {
    const begin = performance.now();
    const done = integers(this.#done);
    for (;;) {
      checked(this.#library.call.MPI_Test(this.#request, this.#done, this.#status), "MPI_Test");
      if (done[0] !== 0) return;
      const waited = performance.now() - begin;
      if (waited < WITHOUT_PAUSE) continue;
      await new Promise((resolve) => setTimeout(resolve, waited < SOON ? 0 : 4));
      // Without this, a process whose job was killed above its head would wait for ever.
      if (Deno.ppid !== this.#parent) {
        throw new Error("The program that started this process has ended, and the job with it.");
      }
    }
  }
}

/** Memory that does not move, as MPI needs it while an exchange goes on; small arrays without a buffer of their own may. */
function bytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length));
}

function floats({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function integers({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

function checked(error: number, name: string): void {
  if (error !== 0) throw new Error(`${name}: expected success, found the error ${error}.`);
}
