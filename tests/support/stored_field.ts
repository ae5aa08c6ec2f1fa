import { exactActivations } from "./exact_field.ts";
import type { GoldenField } from "./golden.ts";

/** What a golden field gives for a batch. */
interface Derivatives {
  readonly loss: number;
  readonly gradient: number[];
  readonly hvp: number[];
  readonly gnvp: number[];
}

/** A layer of one row: what was stored of it, and its tangents. */
interface LayerOfRow {
  /** X and Ẋ. */
  readonly input: readonly number[];
  readonly inputTangent: readonly number[];
  /** The activation's derivatives by its maps at the stored Z, for each unit. */
  readonly first: readonly (readonly number[])[];
  readonly second: readonly (readonly (readonly number[])[])[];
  /** Ż, for each unit by map. */
  readonly tangent: readonly (readonly number[])[];
}

/**
 * Loss, gradient, Hv and Gv of a golden field in double precision, where every preactivation and value of a hidden layer is stored through
 * `store`, as layer-by-layer kernels do it: activations of one map are applied before Z is stored, others to the stored Z; the backward pass
 * reads what was stored. With the identity these are the golden values.
 */
export function storedField(golden: GoldenField, store: (number: number) => number): Derivatives {
  const { x, y: targets, input: width, output, params, v, activation, hyper, hidden } = golden;
  const activate = exactActivations[activation];
  const maps = activation === "gabor" ? 2 : 1;
  const rows = x.length / width;
  const share = 1 / (rows * output);
  const [gradient, hvp, gnvp] = [0, 0, 0].map(() => params.map(() => 0));
  const first = encoded(golden, x.slice(0, width)).length;
  const shapes = [...hidden.map((units) => ({ units, maps })), { units: output, maps: 1 }];
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const layers: LayerOfRow[] = [];
    let values = encoded(golden, x.slice(row * width, (row + 1) * width));
    let tangents = values.map(() => 0);
    eachLayer(shapes, first, ({ units, maps, at, inputs }, last) => {
      const linear = (u: number, m: number, weights: readonly number[], along: readonly number[], bias: boolean) => {
        const block = at + m * units * (inputs + 1);
        const sum = along.reduce((total, each, i) => total + weights[block + u * inputs + i] * each, 0);
        return sum + (bias ? weights[block + units * inputs + u] : 0);
      };
      const [input, inputTangent] = [values, tangents];
      const each = Array.from({ length: units }, (_, u) => {
        const z = Array.from({ length: maps }, (_, m) => linear(u, m, params, input, true));
        const tangent = z.map((_, m) => linear(u, m, v, input, true) + linear(u, m, params, inputTangent, false));
        if (last) return { a: z[0], first: [1], second: [[0]], tangent };
        const stored = z.map(store);
        const { first, second } = activate(stored, hyper);
        return { a: store(activate(maps === 1 ? z : stored, hyper).value), first, second, tangent };
      });
      values = each.map(({ a }) => a);
      tangents = each.map(({ first, tangent }) => first.reduce((sum, slope, m) => sum + slope * tangent[m], 0));
      const of = <K extends "first" | "second" | "tangent">(key: K) => each.map((unit) => unit[key]);
      layers.push({ input, inputTangent, first: of("first"), second: of("second"), tangent: of("tangent") });
    });
    const entries = values.map((y, j) => entryLoss(golden.loss, y, targets[row * output + j]));
    loss += share * entries.reduce((sum, { value }) => sum + value, 0);
    const adjoints = entries.map(({ slope }) => share * slope);
    const curvatures = entries.map(({ curvature }, j) => share * curvature * tangents[j]);
    backward(golden, shapes, first, layers, { adjoints, tangents: curvatures }, { gradient, product: hvp });
    backward(golden, shapes, first, layers, { adjoints: curvatures, tangents: curvatures }, { gradient: gnvp });
  }
  return { loss, gradient, hvp, gnvp };
}

/** The gradient from the adjoints of the outputs, and with `product` the tangent of that gradient from the adjoints' tangents. */
function backward(
  { params, v }: GoldenField,
  shapes: readonly Shape[],
  first: number,
  layers: readonly LayerOfRow[],
  { adjoints: above, tangents: aboveTangent }: { readonly adjoints: number[]; readonly tangents: number[] },
  { gradient, product }: { readonly gradient: number[]; readonly product?: number[] },
): void {
  const places: (Shape & { at: number; inputs: number })[] = [];
  eachLayer(shapes, first, (place) => places.push(place));
  let [adjoints, tangents] = [above, aboveTangent];
  for (const [l, { units, maps, at, inputs }] of [...places.entries()].reverse()) {
    const { input, inputTangent, first, second, tangent } = layers[l];
    const below = [input.map(() => 0), input.map(() => 0)];
    for (let u = 0; u < units; u++) {
      for (let m = 0; m < maps; m++) {
        const curvature = second[u][m].reduce((sum, each, k) => sum + each * tangent[u][k], 0);
        const z = adjoints[u] * first[u][m];
        const zTangent = tangents[u] * first[u][m] + adjoints[u] * curvature;
        const block = at + m * units * (inputs + 1);
        const bias = block + units * inputs + u;
        gradient[bias] += z;
        if (product !== undefined) product[bias] += zTangent;
        for (let i = 0; i < inputs; i++) {
          const weight = block + u * inputs + i;
          gradient[weight] += z * input[i];
          if (product !== undefined) product[weight] += zTangent * input[i] + z * inputTangent[i];
          below[0][i] += params[weight] * z;
          below[1][i] += params[weight] * zTangent + v[weight] * z;
        }
      }
    }
    [adjoints, tangents] = below;
  }
}

/** The size of a dense layer. */
interface Shape {
  readonly units: number;
  readonly maps: number;
}

/** Calls back for each dense layer with the place of its first weight and the width of what it reads. */
function eachLayer(
  shapes: readonly Shape[],
  first: number,
  work: (place: Shape & { readonly at: number; readonly inputs: number }, last: boolean) => void,
): void {
  let [at, inputs] = [0, first];
  shapes.forEach(({ units, maps }, l) => {
    work({ units, maps, at, inputs }, l === shapes.length - 1);
    at += maps * units * (inputs + 1);
    inputs = units;
  });
}

function encoded({ octaves }: GoldenField, point: readonly number[]): number[] {
  const waves = point.flatMap((each) =>
    [Math.sin, Math.cos].flatMap((wave) => Array.from({ length: octaves }, (_, k) => wave(Math.PI * 2 ** k * each)))
  );
  return [...point, ...waves];
}

function entryLoss(loss: GoldenField["loss"], y: number, target: number) {
  if (loss === "mse") return { value: (y - target) ** 2, slope: 2 * (y - target), curvature: 2 };
  const p = 1 / (1 + Math.exp(-y));
  return { value: Math.log1p(Math.exp(y)) - target * y, slope: p - target, curvature: p * (1 - p) };
}
