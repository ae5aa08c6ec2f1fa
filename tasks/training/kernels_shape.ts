import { OPERANDS } from "../../lib/gpu/kernel_tuner.ts";
import { WAYS } from "../../lib/linalg/gemm/choose_way.ts";
import { FAMILIES } from "../../lib/linalg/gemm/family.ts";
import { mismatch, record, type Shape, text } from "../shell/shape.ts";

/**
 * The shape of the kernels that were chosen for a run, by subject. Others than the known ones would be replaced by kernels that round
 * differently, and the run would end with other bits.
 */
export const kernelsShape: Shape<Readonly<Record<string, string>>> = (found) => {
  const fault = record(text())(found);
  if (fault !== undefined) return fault;
  for (const [subject, choice] of Object.entries(found as Record<string, string>)) {
    const known: readonly string[] = subject === OPERANDS
      ? ["buffer", "texture"]
      : subject.startsWith("chain ")
      ? WAYS
      : FAMILIES;
    if (!known.includes(choice)) return mismatch([subject], `one of ${known.join(", ")}`, choice);
  }
};
