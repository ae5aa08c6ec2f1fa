import { networkName } from "../network_choice.ts";
import type { SettledValues } from "../options.ts";
import type { Candidates } from "./candidates.ts";
import type { Weighing } from "./weigh.ts";

/** A lead below this, in decibels of the error that is left, is one that another seed may reverse (docs/advise.md). */
const SMALL_LEAD = 0.5;
/** Runs of so many times the steps of the longest known run, or of this part of the shortest, are too unlike the known ones. */
const TOO_FAR = 4;
/** The hidden layers and units of the fields that were compared. */
const [LAYERS, WIDTH] = [4, 256];

/** Reasons to doubt the advice, as whole sentences; none where it is sure. */
export function doubts({ comparison }: Candidates, { weighed, leads }: Weighing, values: SettledValues): string[] {
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
  const { steps, optimizer: { name } } = weighed[0];
  const known = comparison.optimizers.find(({ optimizer }) => optimizer === name)!.runs.map((run) => run.steps);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (steps > TOO_FAR * most || steps < least / TOO_FAR) {
    texts.push(
      `The forecast for ${steps} steps of ${name} is far from the runs that were compared, which had ${least} to ${most}.`,
    );
  }
  const { batchSize } = values;
  const sizes = values as Partial<Record<string, unknown>>;
  if (batchSize !== comparison.batchSize || sizes.layers !== LAYERS || sizes.width !== WIDTH) {
    texts.push(
      `The comparison was made with ${LAYERS} × ${WIDTH} units and batches of ${comparison.batchSize}, not ${sizes.layers} × ${sizes.width} ` +
        `and ${batchSize}; larger batches and fields favour soap and muon.`,
    );
  }
  return texts;
}
