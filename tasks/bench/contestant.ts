import { join } from "@std/path";
import type { Gpu } from "../../lib/gpu/device.ts";
import { PeerProcess, type PeerProgram, TORCH } from "./peer_process.ts";
import type { PeerTask } from "./peer_protocol.ts";
import { productSpeed } from "./timing.ts";
import { batchOf, LEARNING_RATE, type Subject, Workload } from "./workload.ts";

/** What can be timed: training steps, or gradients with a Hessian-vector product. */
export type Discipline = "steps" | "products";

/** One library in the comparison. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
  readonly disciplines: readonly Discipline[];
  /** Gets ready for a task, makes the first step and returns the loss that it started from. */
  prepare(task: PeerTask): Promise<number>;
  /** Milliseconds of so many, the wait for the last one included. */
  time(discipline: Discipline, count: number): Promise<number>;
}

/** This library. */
export class Ourselves implements Contestant {
  readonly name = "ours";
  readonly disciplines = ["steps", "products"] as const;
  #workload: Workload | undefined;

  constructor(readonly gpu: Gpu, readonly subject: Subject) {}

  /** The field and batch of one size, as files for the others in `folder`; `prepare` is to follow. */
  async task(batch: number, folder: string): Promise<PeerTask> {
    this.#workload?.[Symbol.dispose]();
    const { field, activation } = this.#workload = new Workload(this.gpu, this.subject, batch);
    const { inputs, targets } = batchOf(batch);
    const write = async (name: string, numbers: Float32Array) => {
      const path = join(folder, `${name}.f32`);
      await Deno.writeFile(path, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
      return path;
    };
    return {
      widths: [2, ...Array(this.subject.layers).fill(this.subject.width), 3],
      activation: { name: activation.name, options: activation.options },
      rows: batch,
      learningRate: LEARNING_RATE,
      parameters: await write("parameters", await field.parameters.read()),
      inputs: await write("inputs", inputs),
      targets: await write("targets", targets),
    };
  }

  /** See {@linkcode Contestant}. */
  prepare(): Promise<number> {
    return this.#workload!.prepare();
  }

  /** See {@linkcode Contestant}. */
  async time(discipline: Discipline, count: number): Promise<number> {
    const workload = this.#workload!;
    const begin = performance.now();
    for (let i = 0; i < count; i++) {
      if (discipline === "steps") workload.recordStep();
      else workload.recordProduct();
      this.gpu.flush();
    }
    await this.gpu.synchronize();
    return performance.now() - begin;
  }

  /** GFLOP/s of the matrix products of a step, all together; undefined where the adapter has no timestamps. */
  matmul(repeats: number): Promise<number | undefined> {
    return productSpeed(this.gpu, () => this.#workload!.recordStep(), repeats);
  }

  /** Frees the device memory. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#workload?.[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** GFLOP/s of one core below which a BLAS is not worth the name on any processor of the last ten years. */
const LEAST_GFLOPS = 20;

/** Another library, in a process of its own. */
export class Peer implements Contestant {
  readonly name: string;
  readonly disciplines: readonly Discipline[];

  private constructor(readonly program: PeerProgram, readonly process: PeerProcess) {
    this.name = program.name;
    this.disciplines = program.products ? ["steps", "products"] : ["steps"];
  }

  /**
   * Starts a peer.
   *
   * @throws When it cannot be started, or its matrix products show that it is not installed properly.
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
        } GFLOP/s a core, so that its times would say nothing; ` +
          "libopenblas0-pthread may be missing",
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

  /** See {@linkcode Contestant}. */
  async prepare(task: PeerTask): Promise<number> {
    return (await this.process.ask({ ask: "prepare", task })).loss!;
  }

  /** See {@linkcode Contestant}. */
  async time(discipline: Discipline, count: number): Promise<number> {
    return (await this.process.ask({ ask: discipline, count })).milliseconds!;
  }

  /** Ends its process. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
