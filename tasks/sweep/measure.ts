import { objectiveKinds } from "../../lib/objective/registry.ts";
import { qualityOf } from "../run_list/found_run.ts";
import type { RunResult } from "./conduct.ts";

/**
 * What measures the quality of a run, such as "PSNR (dB)": only runs of which that is the same can be compared. A gain is one of the run's own loss, so that
 * it has the objective with it: "gain over the best constant (dB) of huber, delta 0.1". Undefined for a run without quality.
 */
export function measureOf({ found }: RunResult): string | undefined {
  const quality = found && qualityOf(found);
  if (quality?.figure !== "gain") return quality?.label;
  const { options } = found!;
  const kind = objectiveKinds.find(({ name }) => name === options.objective);
  const given = Object.keys(kind?.hyperparameters ?? {}).flatMap((name) =>
    options[name] === undefined ? [] : [`${name} ${options[name]}`]
  );
  return `${quality.label} of ${[options.objective, ...given].join(", ")}`;
}
