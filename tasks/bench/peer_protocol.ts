/** What a peer is to train: the same field, parameters and batch for every library. */
export interface PeerTask {
  /** Widths from the input to the output. */
  readonly widths: readonly number[];
  readonly activation: { readonly name: string; readonly options: Readonly<Record<string, number>> };
  readonly rows: number;
  readonly learningRate: number;
  /** Files of little-endian f32: parameters in the flat order (layer by layer W [out, in], then b), inputs, targets. */
  readonly parameters: string;
  readonly inputs: string;
  readonly targets: string;
}

/** What a peer is asked, one JSON object a line on its standard input; it answers with one line on standard output. */
export type PeerRequest =
  | { readonly ask: "prepare"; readonly task: PeerTask }
  | { readonly ask: "steps" | "products"; readonly count: number }
  | { readonly ask: "matmul" };

/** An answer. */
export interface PeerAnswer {
  /** What went wrong, in one line. */
  readonly error?: string;
  /** To `prepare`: the loss before the first step, which it has made. */
  readonly loss?: number;
  /** To `steps` and `products`: all together, until the device has finished. */
  readonly milliseconds?: number;
  /** To `matmul`: what a large product reaches by the clock, and for each second of one core. */
  readonly gflops?: number;
  readonly gflopsPerCore?: number;
}

/** One layer's parameters on the host. */
export interface HostLayer {
  /** [outputs, inputs]. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly outputs: number;
  readonly inputs: number;
}

/** A task with its files read. */
export interface HostTask extends PeerTask {
  readonly layers: readonly HostLayer[];
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** One library, ready to train. */
export interface PeerTraining {
  /** Makes steps and waits for them; returns the loss that the last one started from. */
  steps(count: number): Promise<number>;
}

/** Answers requests until standard input ends, then ends the process; `prepare` gets the library ready for a task. */
export async function servePeer(prepare: (task: HostTask) => Promise<PeerTraining>): Promise<never> {
  // Standard output belongs to the answers.
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
      } else answer = { error: `it does not know "${request.ask}"` };
    } catch (error) {
      answer = { error: String(error instanceof Error ? error.message : error).replaceAll("\n", " ") };
    }
    await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(answer) + "\n"));
  }
  // Libraries leave workers behind that would keep the process alive.
  Deno.exit(0);
}

/** The lines of a stream, as they come. */
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
