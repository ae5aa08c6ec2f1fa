import { fromFileUrl } from "../../lib/std/path/mod.ts";
import { lines, type PeerAnswer, type PeerRequest } from "./peer_protocol.ts";

/** The program that runs a library of the comparison. */
export interface PeerProgram {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Changes to this process's environment, which must be readable then; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether it also answers the request "products". */
  readonly products: boolean;
  /** The largest relative difference of its first loss to ours, if its arithmetic is less exact. */
  readonly tolerance?: number;
  /** Milliseconds after which it is stopped if it does not answer; four minutes by default. */
  readonly patience?: number;
}

/** The programs of all peers. `threads` is the number of threads of PyTorch; the others choose theirs themselves. */
export function peerPrograms(threads: number): PeerProgram[] {
  const path = (file: string) => fromFileUrl(new URL(file, import.meta.url));
  const script = (name: string, file: string, backend: string): PeerProgram => ({
    name: `${name} ${backend}`,
    program: Deno.execPath(),
    args: ["run", "-A", "--no-check", "--quiet", path(file), backend],
    env: {},
    products: false,
  });
  return [
    script("jax-js", "./peer_jax.ts", "webgpu"),
    script("jax-js", "./peer_jax.ts", "wasm"),
    script("TensorFlow.js", "./peer_tfjs.ts", "webgpu"),
    script("TensorFlow.js", "./peer_tfjs.ts", "wasm"),
    {
      name: TORCH,
      program: "/usr/bin/python3",
      args: [path("./peer_torch.py"), String(threads)],
      env: {
        OMP_NUM_THREADS: String(threads),
        OPENBLAS_NUM_THREADS: String(threads),
        // If these are set for other programs, they make OpenBLAS choose kernels for an older processor.
        OPENBLAS_CORETYPE: undefined,
        OPENBLAS_L2_SIZE: undefined,
      },
      products: true,
    },
  ];
}

/** PyTorch on a GPU: step by step or as a CUDA graph, by f32 and by TF32; stopped if it does not answer within so many milliseconds. */
export function cudaPrograms(patience?: number): PeerProgram[] {
  const script = fromFileUrl(new URL("./peer_torch.py", import.meta.url));
  const program = (name: string, words: readonly string[], products: boolean): PeerProgram => ({
    name: `PyTorch ${name}`,
    program: "python3",
    args: [script, "1", "cuda", ...words],
    products,
    patience,
    // TF32 has 10 bits after the point.
    ...words.includes("tf32") && { tolerance: 1e-2 },
  });
  return [
    program("eager f32", [], true),
    program("graph f32", ["graph"], false),
    program("eager TF32", ["tf32"], true),
    program("graph TF32", ["tf32", "graph"], false),
  ];
}

/** The name of PyTorch on the processor, whose matrix products are checked when it starts. */
export const TORCH = "PyTorch";

/** Milliseconds after which a peer that does not answer is stopped, unless its program says something else. */
const PATIENCE = 240_000;

/** A running peer. It keeps running between measurements, so that rounds can be interleaved. */
export class PeerProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string, void, void>;
  readonly #errors: Promise<void>;
  readonly #patience: number;
  #lastError = "";
  #failure: Error | undefined;

  constructor({ program, args, env, patience = PATIENCE }: PeerProgram) {
    this.#patience = patience;
    const variables = Object.entries({ ...env && Deno.env.toObject(), NO_COLOR: "1", ...env });
    this.#process = new Deno.Command(program, {
      args: [...args],
      clearEnv: env !== undefined,
      env: Object.fromEntries(variables.filter((each): each is [string, string] => each[1] !== undefined)),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#answers = lines(this.#process.stdout);
    this.#errors = this.#collectErrors();
  }

  /**
   * Sends a request and waits for the answer.
   *
   * @throws {Error} If the peer fails, with the peer's own message, or does not answer in time.
   */
  async ask(request: PeerRequest): Promise<PeerAnswer> {
    if (this.#failure !== undefined) throw this.#failure;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        // The process is stopped, because a late answer would be mistaken for the answer to the next request.
        this.#failure = new Error(`no answer within ${Math.round(this.#patience / 1000)} s`);
        this.#process.kill();
        reject(this.#failure);
      }, this.#patience);
    });
    try {
      await this.#writer.write(new TextEncoder().encode(JSON.stringify(request) + "\n")).catch(() => {});
      const { value } = await Promise.race([this.#answers.next(), late]);
      if (value === undefined) {
        await this.#errors;
        throw new Error(this.#lastError || "its process ended without a message");
      }
      const answer = JSON.parse(value) as PeerAnswer;
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill();
    } catch {
      // The process has already ended.
    }
    await this.#process.status;
    await this.#errors;
    await this.#writer.abort().catch(() => {});
  }

  async #collectErrors(): Promise<void> {
    for await (const line of lines(this.#process.stderr)) this.#lastError = line.trim() || this.#lastError;
  }
}
