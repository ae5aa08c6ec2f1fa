import { join } from "../../lib/std/path/mod.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { PeerProcess, type PeerProgram, TORCH } from "./peer_process.ts";
import type { PeerActivation, PeerTask } from "./peer_protocol.ts";
import { productSpeed } from "./timing.ts";
import { batchOf, type BenchSetup, LEARNING_RATE, Workload } from "./workload.ts";

/** The work that is timed: training steps, or gradients with a Hessian-vector product. */
export type TimedWork = "steps" | "products";

/** One library of the comparison. */
export interface Library extends AsyncDisposable {
  readonly name: string;
  readonly works: readonly TimedWork[];
  /** The largest relative difference of its first loss to ours, if its arithmetic is less exact. */
  readonly tolerance?: number;
  /** Prepares a task and makes the first step. Returns the loss before this step. */
  prepare(task: PeerTask): Promise<number>;
  /** Milliseconds of `count` executions of the work, including the wait until the device has finished. */
  time(work: TimedWork, count: number): Promise<number>;
}

/** This library. */
export class OwnLibrary implements Library {
  readonly name = "ours";
  readonly works = ["steps", "products"] as const;
  #workload: Workload | undefined;

  constructor(readonly gpu: Gpu, readonly setup: BenchSetup) {}

  /** Makes field and batch, and writes them as files to `folder` for the other libraries. `prepare` must be called next. */
  async task(batch: number, folder: string): Promise<PeerTask> {
    this.#workload?.[Symbol.dispose]();
    const { field, activation } = this.#workload = new Workload(this.gpu, this.setup, batch);
    const { inputs, targets } = batchOf(batch);
    const write = async (name: string, numbers: Float32Array) => {
      const path = join(folder, `${name}.f32`);
      await Deno.writeFile(path, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
      return path;
    };
    return {
      widths: [2, ...Array(this.setup.layers).fill(this.setup.width), 3],
      // The command line has been checked: it is one that every peer has.
      activation: { name: activation.name as PeerActivation, options: activation.options },
      rows: batch,
      learningRate: LEARNING_RATE,
      parameters: await write("parameters", await field.parameters.read()),
      inputs: await write("inputs", inputs),
      targets: await write("targets", targets),
    };
  }

  /** See {@linkcode Library}. */
  prepare(): Promise<number> {
    return this.#workload!.prepare();
  }

  /** See {@linkcode Library}. */
  async time(work: TimedWork, count: number): Promise<number> {
    const workload = this.#workload!;
    const begin = performance.now();
    for (let i = 0; i < count; i++) {
      if (work === "steps") workload.recordStep();
      else workload.recordProduct();
      this.gpu.flush();
    }
    await this.gpu.synchronize();
    return performance.now() - begin;
  }

  /** GFLOP/s of all matrix products of a step together; undefined if the adapter has no timestamps. */
  matmul(repeats: number): Promise<number | undefined> {
    return productSpeed(this.gpu, () => this.#workload!.recordStep(), repeats);
  }

  /** Frees the device memory. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#workload?.[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** GFLOP/s per core that every optimised BLAS reaches on processors of the last ten years. */
const LEAST_GFLOPS = 20;

/** Another library, which runs in a process of its own. */
export class Peer implements Library {
  readonly name: string;
  readonly works: readonly TimedWork[];
  readonly tolerance?: number;

  private constructor(readonly program: PeerProgram, readonly process: PeerProcess) {
    this.name = program.name;
    this.tolerance = program.tolerance;
    this.works = program.products ? ["steps", "products"] : ["steps"];
  }

  /**
   * Starts the library's process.
   *
   * @throws {Error} If it cannot be started, or its matrix products are so slow that it cannot be installed properly.
   */
  static async start(program: PeerProgram): Promise<Peer> {
    const peer = new Peer(program, new PeerProcess(program));
    if (program.name !== TORCH) return peer;
    try {
      const { gflopsPerCore = 0 } = await peer.process.ask({ ask: "matmul" });
      if (gflopsPerCore >= LEAST_GFLOPS) return peer;
      throw new Error(
        `its matrix products reach only ${
          gflopsPerCore.toFixed(1)
        } GFLOP/s per core, which means that it is not installed properly (the package libopenblas0-pthread may be missing)`,
      );
    } catch (error) {
      await peer[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** GFLOP/s of one large matrix product. */
  async matmul(): Promise<number> {
    return (await this.process.ask({ ask: "matmul" })).gflops!;
  }

  /** See {@linkcode Library}. */
  async prepare(task: PeerTask): Promise<number> {
    return (await this.process.ask({ ask: "prepare", task })).loss!;
  }

  /** See {@linkcode Library}. */
  async time(work: TimedWork, count: number): Promise<number> {
    return (await this.process.ask({ ask: work, count })).milliseconds!;
  }

  /** Ends the library's process. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
