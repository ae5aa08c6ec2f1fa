/**
 * The training step of `deno task bench --peers` with TensorFlow.js. The argument chooses its backend: webgpu or wasm.
 *
 * @module
 */
import { type HostTask, type PeerActivation, type PeerTraining, servePeer } from "./peer_protocol.ts";

// The names are constants, not imports, so that the library is fetched only if this file runs.
const VERSION = "4.22.0";
const core = `npm:@tensorflow/tfjs@${VERSION}`;
const backends: Record<string, string> = {
  webgpu: `npm:@tensorflow/tfjs-backend-webgpu@${VERSION}`,
  wasm: `npm:@tensorflow/tfjs-backend-wasm@${VERSION}`,
};

/** The part of the library's interface that is used. */
interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
  add(other: Tensor): Tensor;
  sub(other: Tensor): Tensor;
  mul(factor: number): Tensor;
  square(): Tensor;
  mean(): Tensor;
  sin(): Tensor;
  exp(): Tensor;
  relu(): Tensor;
}
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  getBackend(): string;
  tensor(values: Float32Array, shape: number[]): Tensor;
  variable(tensor: Tensor): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
  train: {
    adam(rate: number, beta1: number, beta2: number, epsilon: number): {
      minimize(loss: () => Tensor, returnCost: true, variables: Tensor[]): Tensor;
    };
  };
}

async function prepare(backend: string, task: HostTask): Promise<PeerTraining> {
  const tf: TensorFlow = await import(core);
  await import(backends[backend]);
  if (!await tf.setBackend(backend)) throw new Error(`its ${backend} backend cannot be started`);
  await tf.ready();
  const { layers, rows, widths, learningRate, activation } = task;
  const x = tf.tensor(task.x, [rows, widths[0]]);
  const y = tf.tensor(task.y, [rows, widths.at(-1)!]);
  const parameters = layers.map(({ weight, bias, outputs, inputs }) => ({
    weight: tf.variable(tf.tensor(weight, [outputs, inputs])),
    bias: tf.variable(tf.tensor(bias, [outputs])),
  }));
  const activate = activationOf(activation);
  const loss = () => {
    let a = x;
    parameters.forEach(({ weight, bias }, i) => {
      const z = tf.matMul(a, weight, false, true).add(bias);
      a = i < parameters.length - 1 ? activate(z) : z;
    });
    return a.sub(y).square().mean();
  };
  const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
  const variables = parameters.flatMap(({ weight, bias }) => [weight, bias]);
  return {
    async steps(count) {
      let cost: Tensor | undefined;
      for (let i = 0; i < count; i++) {
        cost?.dispose();
        cost = optimizer.minimize(loss, true, variables);
      }
      const [value] = await cost!.data();
      cost!.dispose();
      // The last update is computed after the loss, so it must be awaited too.
      await variables.at(-1)!.data();
      return value;
    },
  };
}

function activationOf({ name, options }: HostTask["activation"]): (z: Tensor) => Tensor {
  const functions: Record<PeerActivation, (z: Tensor) => Tensor> = {
    sine: (z) => z.mul(options.omega).sin(),
    gaussian: (z) => z.square().mul(-0.5 / options.sigma ** 2).exp(),
    relu: (z) => z.relu(),
  };
  return functions[name];
}

if (import.meta.main) await servePeer((task) => prepare(Deno.args[0], task));
