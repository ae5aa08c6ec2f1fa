import { findAdapter } from "../../../lib/gpu/adapter.ts";
import { diagnose, type Diagnosis } from "../../doctor/diagnosis.ts";
import { diagnosisRows } from "../../doctor/diagnosis_text.ts";
import { deviceChoice } from "../../shell/device_options.ts";
import type { Section } from "../section.ts";

/** What the adapter and the machine offer. */
interface AdapterFigures extends Diagnosis {
  /** All limits of the adapter that is used, by the names that WebGPU has for them. */
  readonly limits: Readonly<Record<string, number>>;
  /** All of its optional features. */
  readonly features: readonly string[];
}

/** What `deno task doctor` finds, with all limits and features. */
export const adapterSection: Section<AdapterFigures> = {
  key: "adapter",
  title: "Adapter",
  share: 1,
  async measure({ device }) {
    const diagnosis = await diagnose(device);
    const { adapter: { limits, features } } = await findAdapter(deviceChoice(device));
    return { ...diagnosis, limits: limitsOf(limits), features: [...features].sort() };
  },
  describe(figures) {
    const limits = Object.entries(figures.limits).map(([name, value]) => `${name} ${value}`);
    return {
      paragraphs: [`Features: ${figures.features.join(", ") || "none"}.`, `Limits: ${limits.join(", ")}.`],
      tables: [{ columns: ["what", "found"], numbersFrom: 2, rows: diagnosisRows(figures) }],
    };
  },
};

/** The limits as an ordinary object: they are getters of their class. */
function limitsOf(limits: GPUSupportedLimits): Record<string, number> {
  const names = Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(limits)));
  const values = names.map((name) => [name, limits[name as keyof GPUSupportedLimits]] as const);
  return Object.fromEntries(values.filter((each): each is [string, number] => typeof each[1] === "number"));
}
