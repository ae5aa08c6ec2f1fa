/**
 * `deno task doctor`: shows which adapter a training run would use on this machine, what fits on it, and how to fix it if none is found.
 *
 * @module
 */
import { diagnose } from "./doctor/diagnosis.ts";
import { diagnosisText } from "./doctor/diagnosis_text.ts";
import { runTask } from "./shell/main.ts";
import { defineCommand } from "./shell/command.ts";
import { parseOptions } from "./shell/options.ts";
import { DEVICE_OPTIONS } from "./shell/device_options.ts";

const command = defineCommand({
  usage: "deno task doctor",
  summary: "Shows which adapter (GPU or software) training would use on this machine, what fits on it, and what to " +
    "install if none is found. The exit code is 1 if nothing can be trained here.",
  options: [
    ...DEVICE_OPTIONS,
    { name: "json", kind: "flag", help: "Print the report as one JSON object" },
  ],
  examples: ["deno task doctor", "deno task doctor --json"],
});

if (import.meta.main) {
  await runTask(async (args) => {
    const { values } = parseOptions(args, command);
    const diagnosis = await diagnose(values);
    console.log(values.json ? JSON.stringify(diagnosis, null, 2) : diagnosisText(diagnosis));
    if (!diagnosis.used) Deno.exit(1);
  });
}
