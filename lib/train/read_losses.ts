import { type DivergedQuantity, DivergenceError, notFiniteIn, segmentsAt } from "./divergence.ts";
import { RING, type TrainingStep } from "./training_step.ts";

/**
 * Reads the losses of steps first … end − 1 from the ring buffer, when all recorded work is complete.
 *
 * @throws {DivergenceError} If something is not finite. Such a field must not be evaluated, and such a state not be stored.
 */
export async function readLosses(step: TrainingStep, first: number, end: number): Promise<Float32Array> {
  const { losses, flags, gpu } = step.workspace;
  const [ringBytes, flagBytes] = await gpu.read(losses, flags);
  const ring = new Float32Array(ringBytes);
  const [gradient, parameters, state, firstAt, notLastAt] = new Uint32Array(flagBytes);
  if (gradient < end) {
    const where = segmentsAt(step.options.field.layout, firstAt, ~notLastAt >>> 0);
    const quantity = step.workspace.hasProducts ? "gradientOrProduct" : "gradient";
    throw new DivergenceError({ step: gradient + 1, quantity, where });
  }
  const read = Float32Array.from({ length: end - first }, (_, i) => ring[(first + i) % RING]);
  const bad = read.findIndex((loss) => !Number.isFinite(loss));
  if (bad >= 0) throw new DivergenceError({ step: first + bad + 1, quantity: "loss" });
  // The last update of a burst may overflow although its gradient did not.
  if (parameters < end) throw await located(step, parameters + 1, "parameter");
  if (state < end) throw await located(step, state + 1, "state");
  return read;
}

/** The error for vectors that are not finite, with their first layer. */
async function located(
  { options: { field, optimizer } }: TrainingStep,
  step: number,
  quantity: DivergedQuantity & ("parameter" | "state"),
): Promise<DivergenceError> {
  const vectors = quantity === "parameter" ? { parameters: field.parameters } : optimizer.state;
  for (const [name, vector] of Object.entries(vectors)) {
    const found = await notFiniteIn(vector);
    if (found !== undefined) return new DivergenceError({ step, quantity, ...found, state: name });
  }
  return new DivergenceError({ step, quantity });
}
