import { isRecord, type Json } from "../../../lib/data/scene/json_value.ts";
import { counted } from "../../shell/counted.ts";
import { valueText } from "./values.ts";

/** How a setting is told that has entries of its own: each has the text of one of its entries, if that is as expected. */
const TELLING: Readonly<Record<string, (entry: Json) => string | undefined>> = {
  restarts: ({ step, scheduleSteps }) => {
    if (areNumbers(step, scheduleSteps)) {
      return `at step ${step} the schedule begins again, until step ${scheduleSteps}`;
    }
  },
  rollbacks: ({ divergedAt, learningRate }) => {
    if (areNumbers(divergedAt, learningRate)) {
      return `diverged at step ${divergedAt}, learning rate ${valueText(learningRate)} from there`;
    }
  },
  ownFiles: ({ option, name, file, sha256 }) => `${option} ${name}: ${file} (SHA-256 ${sha256})`,
  "samples inputs": columnsText,
  "samples targets": columnsText,
};

/**
 * The value of a setting as a page shows it.
 *
 * @param key The name of the setting in `config.json`; that of an entry of a setting follows the one of the setting, as in `samples inputs`.
 */
export function settingText(key: string, value: unknown): string {
  const entries = [value].flat();
  const tell = Object.hasOwn(TELLING, key) && entries.every(isRecord) ? TELLING[key] : undefined;
  const texts = tell === undefined ? [undefined] : entries.map((entry) => tell(entry as Json));
  return texts.includes(undefined) ? valueText(value) : valueText(texts.join("; "));
}

function areNumbers(...values: unknown[]): boolean {
  return values.every((value) => typeof value === "number");
}

/** Names and ranges of the columns of samples: "2 columns: x from 0 to 1, y from 0 to 0.5". */
function columnsText({ names, low, high }: Json): string | undefined {
  if (!Array.isArray(low) || !Array.isArray(high)) return undefined;
  const ranges = low.map((least, i) => {
    const range = `from ${valueText(least)} to ${valueText(high[i])}`;
    return Array.isArray(names) ? `${names[i]} ${range}` : range;
  });
  return `${counted(low.length, "column")}: ${ranges.join(", ")}`;
}
