import { type FieldDescription, isEncoding } from "../../lib/field/mod.ts";

/** A number with its derivatives by the coordinates of an input, in 64 bits. */
export interface Jet {
  readonly value: number;
  /** ∂/∂x_j. */
  readonly gradient: readonly number[];
  /** Σ_j ∂²/∂x_j². */
  readonly laplacian: number;
}

/** An activation and its derivatives by its preactivations. */
interface Values {
  readonly value: number;
  readonly first: readonly number[];
  readonly second: readonly (readonly number[])[];
}

/** Evaluates one output of a field with its derivatives by one input at one point, by parameters in flat order. */
export function exactField(
  description: FieldDescription,
  parameters: ArrayLike<number>,
  point: Readonly<Record<string, readonly number[]>>,
  { output = Object.keys(description.outputs)[0], input = Object.keys(description.inputs)[0] } = {},
): Jet[] {
  const directions = point[input].length;
  const known = new Map<string, Jet[]>();
  for (const [name, coordinates] of Object.entries(point)) {
    const unit = (c: number) => Array.from({ length: directions }, (_, j) => name === input && j === c ? 1 : 0);
    known.set(name, coordinates.map((value, c) => ({ value, gradient: unit(c), laplacian: 0 })));
  }
  let next = 0;
  for (const layer of description.layers) {
    const x = layer.from.flatMap((source) => known.get(source)!);
    if (isEncoding(layer)) {
      known.set(layer.name, positional(x, layer.encoding.options.octaves));
      continue;
    }
    const maps = layer.activation.maps.map(() => {
      const [weights, biases] = [next, next + layer.units * x.length];
      next = biases + layer.units;
      return Array.from({ length: layer.units }, (_, unit) => {
        const row = x.map((_, i) => parameters[weights + unit * x.length + i]);
        return linear(row, x, parameters[biases + unit]);
      });
    });
    const { name, options } = layer.activation;
    known.set(
      layer.name,
      Array.from({ length: layer.units }, (_, unit) => {
        const z = maps.map((map) => map[unit]);
        return composed(exactActivations[name](z.map((each) => each.value), options), z);
      }),
    );
  }
  return known.get(description.outputs[output])!;
}

function linear(row: readonly number[], x: readonly Jet[], bias: number): Jet {
  const sum = (of: (jet: Jet) => number) => x.reduce((total, each, i) => total + row[i] * of(each), 0);
  return {
    value: bias + sum((each) => each.value),
    gradient: x[0].gradient.map((_, j) => sum((each) => each.gradient[j])),
    laplacian: sum((each) => each.laplacian),
  };
}

function composed({ value, first, second }: Values, z: readonly Jet[]): Jet {
  const sum = (of: (jet: Jet) => number) => z.reduce((total, each, m) => total + first[m] * of(each), 0);
  let laplacian = sum((each) => each.laplacian);
  z.forEach((a, m) =>
    z.forEach((b, k) => a.gradient.forEach((each, j) => laplacian += second[m][k] * each * b.gradient[j]))
  );
  return { value, gradient: z[0].gradient.map((_, j) => sum((each) => each.gradient[j])), laplacian };
}

function positional(x: readonly Jet[], octaves: number): Jet[] {
  const waves = x.flatMap((each) =>
    [0, Math.PI / 2].flatMap((phase) =>
      Array.from({ length: octaves }, (_, k) => {
        const rate = Math.PI * 2 ** k;
        const angle = rate * each.value + phase;
        const [value, first, second] = [Math.sin(angle), rate * Math.cos(angle), -rate * rate * Math.sin(angle)];
        return composed({ value, first: [first], second: [[second]] }, [each]);
      })
    )
  );
  return [...x, ...waves];
}

const plain = (value: number, first: number, second: number): Values => ({ value, first: [first], second: [[second]] });

/** Activations of preactivations, by name, with their derivatives in 64 bits. */
export const exactActivations: Readonly<
  Record<string, (z: number[], options: Readonly<Record<string, number>>) => Values>
> = {
  identity: ([z]) => plain(z, 1, 0),
  relu: ([z]) => plain(Math.max(z, 0), z > 0 ? 1 : 0, 0),
  sine: ([z], { omega }) =>
    plain(Math.sin(omega * z), omega * Math.cos(omega * z), -omega * omega * Math.sin(omega * z)),
  gaussian([z], { sigma }) {
    const a = Math.exp(-z * z / (2 * sigma * sigma));
    return plain(a, -z / sigma ** 2 * a, (z * z / sigma ** 2 - 1) / sigma ** 2 * a);
  },
  gabor([z, t], { omega, scale }) {
    const [w, w1, w2] = [Math.cos(omega * z), -omega * Math.sin(omega * z), -omega * omega * Math.cos(omega * z)];
    const e = Math.exp(-((scale * t) ** 2));
    const [e1, e2] = [-2 * scale * scale * t * e, (4 * scale ** 4 * t * t - 2 * scale * scale) * e];
    return { value: w * e, first: [w1 * e, w * e1], second: [[w2 * e, w1 * e1], [w1 * e1, w * e2]] };
  },
  sinc([z], { omega }) {
    const x = omega * z;
    if (Math.abs(x) < 1e-2) return plain(1 - x * x / 6, -omega * x / 3, -omega * omega * (1 / 3 - x * x / 10));
    const a = Math.sin(x) / x;
    const first = (Math.cos(x) - a) / x;
    return plain(a, omega * first, -omega * omega * (a + 2 * first / x));
  },
  tanh: ([z]) => plain(Math.tanh(z), 1 - Math.tanh(z) ** 2, -2 * Math.tanh(z) * (1 - Math.tanh(z) ** 2)),
  softplus([z]) {
    const s = 1 / (1 + Math.exp(-z));
    return plain(Math.log1p(Math.exp(z)), s, s * (1 - s));
  },
  sigmoid([z]) {
    const s = 1 / (1 + Math.exp(-z));
    return plain(s, s * (1 - s), s * (1 - s) * (1 - 2 * s));
  },
};
