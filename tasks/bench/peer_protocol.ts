/** The activations that every peer can compute. */
export const PEER_ACTIVATIONS = ["gaussian", "sine", "relu"] as const;

/** One of them. */
export type PeerActivation = typeof PEER_ACTIVATIONS[number];

/** The training task of a peer. Field, parameters and batch are the same for every library. */
export interface PeerTask {
  /** The widths of all layers, from the input to the output. */
  readonly widths: readonly number[];
  readonly activation: { readonly name: PeerActivation; readonly options: Readonly<Record<string, number>> };
  readonly rows: number;
  readonly learningRate: number;
  /** Path of a file of little-endian f32: the parameters, layer by layer the weight [out, in], then the bias [out]. */
  readonly parameters: string;
  /** Path of a file of little-endian f32: the inputs [rows, widths[0]]. */
  readonly inputs: string;
  /** Path of a file of little-endian f32: the targets [rows, the last width]. */
  readonly targets: string;
}

/** A request to a peer: one JSON object in a line on its standard input. The peer answers with one line on standard output. */
export type PeerRequest =
  | { readonly ask: "prepare"; readonly task: PeerTask }
  | { readonly ask: "steps" | "products"; readonly count: number }
  | { readonly ask: "matmul" };

/** A peer's answer. */
export interface PeerAnswer {
  /** The error message, in one line, if the request failed. */
  readonly error?: string;
  /** Answer to `prepare`: the loss before the first step, which `prepare` makes. */
  readonly loss?: number;
  /** Answer to `steps` and `products`: the time of all of them until the device has finished. */
  readonly milliseconds?: number;
  /** Answer to `matmul`: GFLOP/s of a large product by the clock. */
  readonly gflops?: number;
  /** Answer to `matmul`: GFLOP/s of a large product per core, by processor time. */
  readonly gflopsPerCore?: number;
}

/** One layer's parameters on the host. */
interface HostLayer {
  /** [outputs, inputs]. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly outputs: number;
  readonly inputs: number;
}

/** A task with the content of its files. */
export interface HostTask extends PeerTask {
  readonly layers: readonly HostLayer[];
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** A library that is ready to train. */
export interface PeerTraining {
  /** Makes steps and waits until they are complete. Returns the loss before the last one. */
  steps(count: number): Promise<number>;
}

/** Answers requests until standard input ends, then ends the process. `prepare` makes the library ready for a task. */
export async function servePeer(prepare: (task: HostTask) => Promise<PeerTraining>): Promise<never> {
  // Standard output is reserved for the answers.
  console.log = console.info = console.debug = console.error;
  let training: PeerTraining | undefined;
  for await (const line of lines(Deno.stdin.readable)) {
    let answer: PeerAnswer;
    try {
      const request = JSON.parse(line) as PeerRequest;
      if (request.ask === "prepare") {
        training = await prepare(readTask(request.task));
        answer = { loss: await training.steps(1) };
      } else if (request.ask === "steps" && training !== undefined) {
        const begin = performance.now();
        await training.steps(request.count);
        answer = { milliseconds: performance.now() - begin };
      } else answer = { error: `it does not support the request "${request.ask}"` };
    } catch (error) {
      answer = { error: String(error instanceof Error ? error.message : error).replaceAll("\n", " ") };
    }
    await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(answer) + "\n"));
  }
  // Libraries leave workers running, which would keep the process alive.
  Deno.exit(0);
}

/** Yields the lines of a stream as they arrive. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}

function readTask(task: PeerTask): HostTask {
  const numbers = (path: string) => new Float32Array(Deno.readFileSync(path).buffer);
  const flat = numbers(task.parameters);
  let at = 0;
  const take = (count: number) => flat.slice(at, at += count);
  const layers = task.widths.slice(1).map((outputs, i): HostLayer => {
    const inputs = task.widths[i];
    return { weight: take(outputs * inputs), bias: take(outputs), outputs, inputs };
  });
  return { ...task, layers, x: numbers(task.inputs), y: numbers(task.targets) };
}
