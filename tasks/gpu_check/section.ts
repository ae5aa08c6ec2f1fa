import type { Gpu } from "../../lib/gpu/device.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import type { KernelChoice } from "../../lib/linalg/gemm/family.ts";
import type { OperandAccess } from "../../lib/gpu/operand_access.ts";
import type { ReportSection } from "../run/report/model.ts";
import { deviceChoice, type DeviceValues } from "../shell/device_options.ts";
import type { Allowance } from "./allowance.ts";
import type { PeakFigures } from "./peak_figures.ts";

/** What a section of the check is measured with. */
export interface Context {
  /** The adapter that was asked for. */
  readonly device: DeviceValues;
  /** The folder of the report. */
  readonly folder: string;
  readonly allowance: Allowance;
  /** The adapter's peaks, once they are measured. */
  readonly peak?: PeakFigures;
  /** Says what is being done. Throws if the task is to stop. */
  progress(text: string): void;
  /** Notes what is left out, such as "batch 65536 at width 256". */
  leaveOut(what: string): void;
}

/** What the report says about a section. */
interface Described extends Omit<ReportSection, "title"> {
  /** The main results. */
  readonly findings?: readonly string[];
}

/** A section of the check. */
export interface Section<Figures = unknown> {
  /** The name of its figures in the JSON file. */
  readonly key: string;
  readonly title: string;
  /** The part of the time that it gets; the shares of all sections need not add up to 1. */
  readonly share: number;
  measure(context: Context): Promise<Figures>;
  describe(figures: Figures, peak?: PeakFigures): Described;
}

/** Opens the device that the check was asked for. */
export async function openFor(
  { device }: Pick<Context, "device">,
  options: { readonly kernels?: KernelChoice; readonly operands?: OperandAccess } = {},
): Promise<Gpu> {
  return await openDevice({ ...deviceChoice(device), ...options });
}

/** How often something is timed if there is time. */
export const REPEATS = 5;
