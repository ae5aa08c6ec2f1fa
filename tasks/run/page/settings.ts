import { optionSpelling } from "../../shell/command.ts";
import { words } from "./labels.js";
import { settingText } from "./setting_text.ts";
import { valueText } from "./values.ts";

/** Names with their values. */
interface SettingsGroup {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

/** The entries of `config.json` by what they are about, in the order of the page. */
const GROUPS: readonly { readonly title: string; readonly keys: readonly string[] }[] = [
  { title: "Field", keys: ["activation", "encoding"] },
  { title: "Optimizer", keys: ["optimizer", "schedule", "rollbacks"] },
  { title: "Objective", keys: ["objective"] },
  { title: "Length", keys: ["steps", "scheduleSteps", "stepsPerEpoch", "restarts", "processes"] },
  { title: "Input", keys: ["image", "mesh", "transform", "scene", "sound", "samples", "dataHash"] },
  { title: "Device", keys: ["adapter", "kernels", "versions", "tool"] },
];

/** The most rows of a group. */
const MOST = 60;

/** The settings of a run: what its configuration says, and the options of its command line. */
export function settingsGroups(config: Readonly<Record<string, unknown>>): SettingsGroup[] {
  const known = GROUPS.flatMap(({ keys }) => keys);
  const groups = GROUPS.map(({ title, keys }) => ({ title, rows: keys.flatMap((key) => rowsOf(key, config[key])) }));
  const others = Object.keys(config).filter((key) => !["task", "options", "layers", "quality", ...known].includes(key));
  const options = Object.entries(config.options ?? {}).flatMap(([name, value]) => {
    // What is off or left to the task says nothing.
    return isSet(value) ? [[optionSpelling(name), value === true ? "on" : valueText(value)] as const] : [];
  });
  return [
    ...groups,
    { title: "Other", rows: others.flatMap((key) => rowsOf(key, config[key])) },
    { title: "Options", rows: options },
  ].filter(({ rows }) => rows.length > 0).map(({ title, rows }) => ({ title, rows: rows.slice(0, MOST) }));
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "";
}

/** A value in rows: one for itself, or one for each entry. Of something with a name, the name stands for the whole. */
function rowsOf(key: string, value: unknown): (readonly [string, string])[] {
  if (!isSet(value)) return [];
  if (typeof value !== "object" || Array.isArray(value)) return [[words(key), settingText(key, value)]];
  return Object.entries(value as object).flatMap(([name, each]) => {
    if (!isSet(each)) return [];
    const whole = `${key} ${name}`;
    return [[name === "name" || name === "kind" ? words(key) : words(whole), settingText(whole, each)] as const];
  });
}
