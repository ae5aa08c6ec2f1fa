import { counted } from "../../shell/counted.ts";
import { networkName } from "../network_choice.ts";
import type { SettledValues } from "../options.ts";
import type { Candidates } from "./candidates.ts";
import { isForeseeable, knownSteps } from "./forecast.ts";
import { isKnownField, KNOWN_FIELD } from "./known_runs.ts";
import type { Weighing } from "./weigh.ts";

/** A lead below this, in decibels of the error that is left, is one that another seed may reverse (docs/advise.md). */
const SMALL_LEAD = 0.5;

/**
 * Reasons to doubt the advice, as whole sentences; none where nothing speaks against it.
 *
 * @param changed Other options that were given, as they are typed; the comparison was made with their defaults.
 */
export function doubts(
  { comparison }: Candidates,
  { weighed, leads, isUnsteady }: Weighing,
  values: SettledValues,
  changed: readonly string[] = [],
): string[] {
  const network = networkName(values);
  if (comparison === undefined) {
    return [
      `No comparison over several lengths has been made for ${network} in this task, so the choice is that of --optimizer auto.`,
    ];
  }
  const [{ optimizer: { name: first } }, { optimizer: { name: second } }] = weighed;
  const texts: string[] = [];
  const behind = leads.filter((lead) => lead < 0).length;
  if (behind > 0) {
    texts.push(`On ${behind} of the ${leads.length} inputs that were compared, ${second} is ahead of ${first}.`);
  } else if (Math.min(...leads) < SMALL_LEAD) {
    texts.push(`The lead of ${first} over ${second} is small enough for another seed or input to reverse it.`);
  }
  const far = weighed.flatMap(({ steps, optimizer: { name } }) => {
    const { runs } = comparison.optimizers.find(({ optimizer }) => optimizer === name)!;
    if (isForeseeable(runs, steps)) return [];
    const range = [...new Set(knownSteps(runs))].join(" to ");
    return `${counted(steps, "step")} of ${name} (the runs that were compared had ${range})`;
  });
  if (far.length > 0) texts.push(`There is no forecast for ${far.join(", ")}.`);
  const differences = [
    ...isKnownField(values) ? [] : [`fields of ${KNOWN_FIELD.layers} × ${KNOWN_FIELD.width} units`],
    ...values.batchSize === comparison.batchSize ? [] : [`batches of ${comparison.batchSize}`],
    ...changed.length === 0 ? [] : [`the default of ${changed.join(", ")}`],
  ];
  if (differences.length > 0) {
    texts.push(
      `The comparison was made with ${differences.join(" and ")}; larger fields and batches favour soap and muon.`,
    );
  }
  if (isUnsteady) {
    texts.push("The same step took more than twice as long one time as another: something else uses the device.");
  }
  return texts;
}
