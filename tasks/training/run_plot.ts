import { basename } from "../../lib/std/path/mod.ts";
import { convergenceSvg } from "../run/convergence_plot.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { networkName } from "./network_choice.ts";
import type { RunParts } from "./run_parts.ts";

/** Draws `convergence.svg` from a run's measurements. If that fails, it says so. */
export async function plotRun(
  folder: RunFolder,
  { optimizer, input: { quality, values } }: Pick<RunParts, "optimizer" | "input">,
): Promise<void> {
  const points = (await folder.readMetrics()).map((record) => {
    return { step: Number(record.step), seconds: Number(record.seconds), value: Number(record[quality.figure]) };
  });
  try {
    const title = `${basename(folder.path)}: ${networkName(values)}, ${optimizer.spec.name}`;
    await folder.writeFile("convergence.svg", await convergenceSvg(points, title, quality));
  } catch (error) {
    console.error(`convergence.svg could not be drawn: ${(error as Error).message}`);
  }
}
