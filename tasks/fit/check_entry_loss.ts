import { lossAndGradient } from "../../lib/diff/products.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { evaluateField } from "../../lib/field/evaluate.ts";
import { createField } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { Objective } from "../../lib/objective/objective.ts";
import { ownFilesRecord } from "../own/own_files.ts";
import { UserError } from "../shell/user_error.ts";
import { meanOf } from "./fit_quality.ts";

/**
 * How far the device's loss may lie from that of 64 bits: as a part of it, which allows for functions of WGSL with a relative error of 2⁻¹¹, and in all,
 * which allows for differences of numbers near 1.
 */
const [RELATIVE, ABSOLUTE] = [1e-3, 1e-6];

/** An objective with samples to compute it for, and the field that is trained. */
interface Checked {
  readonly objective: Objective;
  readonly description: FieldDescription;
  /** `[rows, inputs]` */
  readonly inputs: Float32Array;
  /** `[rows, outputs]` */
  readonly targets: Float32Array;
  readonly seed: number;
}

/**
 * Checks that an objective from a file of the user's own computes one loss on the host and on the device, for the outputs of a new field. A device's
 * loss that is not finite is left to training, which names the file too.
 *
 * @throws {UserError} If the mean of `entryLoss` is another number than the loss of the kernel.
 */
export async function checkEntryLoss(
  gpu: Gpu,
  { objective, description, inputs, targets, seed }: Checked,
): Promise<void> {
  const file = ownFilesRecord({ objectives: [objective.name] }).ownFiles?.[0].file;
  if (file === undefined || objective.entryLoss === undefined) return;
  using field = createField(gpu, description, { seed });
  const outputs = await evaluateField(field, inputs) as Float32Array;
  const found = meanOf(outputs, targets, (output, target) => objective.entryLoss!(output, target));
  const { loss, gradient } = await lossAndGradient(field, objective, { inputs, targets });
  gradient[Symbol.dispose]();
  if (!Number.isFinite(loss) || Math.abs(found - loss) <= RELATIVE * Math.abs(loss) + ABSOLUTE) return;
  throw new UserError(
    `${file}: entryLoss: expected a mean of ${
      loss.toPrecision(4)
    } over the outputs of a new field, as the fn loss of its WGSL text has it, found ${found.toPrecision(4)}.`,
  );
}
