/**
 * The training step of `deno task bench --peers` with jax-js, compiled by its `jit`. The argument chooses its backend: webgpu or wasm.
 *
 * @module
 */
import { type HostTask, type PeerActivation, type PeerTraining, servePeer } from "./peer_protocol.ts";

// The name is a constant, not an import, so that the library is fetched only if this file runs.
const library = "npm:@jax-js/jax@0.1.25";

/** The part of the library's interface that is used. Functions consume the arrays that they are given; `ref` keeps one alive. */
interface JaxArray {
  readonly ref: JaxArray;
  dispose(): void;
  data(): Promise<Float32Array>;
  reshape(shape: number[]): JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  transpose(): JaxArray;
}
type Tree = JaxArray[];
interface Jax {
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): string;
  numpy: {
    array(values: Float32Array | number): JaxArray;
    zeros(shape: number[]): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    sin(x: JaxArray): JaxArray;
    exp(x: JaxArray): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    square(x: JaxArray): JaxArray;
    mean(x: JaxArray): JaxArray;
    maximum(x: JaxArray, y: number): JaxArray;
  };
  jit<F>(f: F): F;
  valueAndGrad(f: (parameters: Tree, x: JaxArray, y: JaxArray) => JaxArray): (
    parameters: Tree,
    x: JaxArray,
    y: JaxArray,
  ) => [JaxArray, Tree];
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

async function prepare(device: string, task: HostTask): Promise<PeerTraining> {
  const jax: Jax = await import(library);
  const { numpy: np } = jax;
  if (!(await jax.init(device)).includes(device)) throw new Error(`its ${device} backend cannot be started`);
  jax.defaultDevice(device);
  const { layers, rows, widths, learningRate } = task;
  const activate = activationOf(np, task.activation);
  const loss = (parameters: Tree, x: JaxArray, y: JaxArray) => {
    let a = x;
    for (let i = 0; i < parameters.length; i += 2) {
      const z = np.matmul(a, parameters[i].transpose()).add(parameters[i + 1]);
      a = i < parameters.length - 2 ? activate(z) : z;
    }
    return np.mean(np.square(a.sub(y)));
  };
  const step = jax.jit(
    (
      theta: Tree,
      m: Tree,
      s: Tree,
      correction1: JaxArray,
      correction2: JaxArray,
      x: JaxArray,
      y: JaxArray,
    ): [JaxArray, Tree, Tree, Tree] => {
      const [value, gradient] = jax.valueAndGrad(loss)(theta.map((each) => each.ref), x, y);
      const first = m.map((each, i) => each.mul(BETA1).add(gradient[i].ref.mul(1 - BETA1)));
      const second = s.map((each, i) => each.mul(BETA2).add(np.square(gradient[i]).mul(1 - BETA2)));
      const next = theta.map((each, i) => {
        const root = np.sqrt(second[i].ref.mul(correction2.ref)).add(EPSILON);
        return each.sub(first[i].ref.mul(correction1.ref).mul(learningRate).div(root));
      });
      correction1.dispose();
      correction2.dispose();
      return [value, next, first, second];
    },
  );
  const x = np.array(task.x).reshape([rows, widths[0]]);
  const y = np.array(task.y).reshape([rows, widths.at(-1)!]);
  let theta = layers.flatMap(({ weight, bias, outputs, inputs }) => [
    np.array(weight).reshape([outputs, inputs]),
    np.array(bias),
  ]);
  const zeros = () => layers.flatMap(({ outputs, inputs }) => [np.zeros([outputs, inputs]), np.zeros([outputs])]);
  let m = zeros();
  let s = zeros();
  let t = 0;
  return {
    async steps(count) {
      let value: JaxArray | undefined;
      for (let i = 0; i < count; i++) {
        t++;
        value?.dispose();
        const corrections = [1 / (1 - BETA1 ** t), 1 / (1 - BETA2 ** t)].map((each) => np.array(each));
        [value, theta, m, s] = step(theta, m, s, corrections[0], corrections[1], x.ref, y.ref);
      }
      const [first] = await value!.data();
      // The last update is computed after the loss, so it must be awaited too.
      await theta.at(-1)!.ref.data();
      return first;
    },
  };
}

function activationOf(np: Jax["numpy"], { name, options }: HostTask["activation"]): (z: JaxArray) => JaxArray {
  const functions: Record<PeerActivation, (z: JaxArray) => JaxArray> = {
    sine: (z) => np.sin(z.mul(options.omega)),
    gaussian: (z) => np.exp(np.square(z).mul(-0.5 / options.sigma ** 2)),
    relu: (z) => np.maximum(z, 0),
  };
  return functions[name];
}

if (import.meta.main) await servePeer((task) => prepare(Deno.args[0], task));
