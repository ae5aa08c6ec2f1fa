import { defineCommand, type Values } from "../shell/command.ts";
import { DEVICE_OPTIONS } from "../shell/device_options.ts";

/** The options of `deno task gpu-check`. */
export const command = defineCommand({
  usage: "deno task gpu-check",
  summary:
    "Checks this project on your graphics card, in at most 8 minutes: whether its results are correct there, whether it chooses the fastest " +
    "kernels, and how its speed compares with the card's peak and, if python3 has PyTorch with CUDA, with PyTorch. It writes a report that you " +
    "can send us.",
  options: [
    {
      name: "minutes",
      kind: "number",
      min: 0.1,
      max: 60,
      default: 8,
      help: "The most minutes that the check may take; with fewer, more is left out",
    },
    { name: "name", kind: "string", help: "Name of the report's folder", defaultText: "the current date and time" },
    ...DEVICE_OPTIONS,
  ],
  examples: ["deno task gpu-check", "deno task gpu-check --minutes 3 --adapter NVIDIA"],
});

/** Every option with its value. */
export type CheckValues = Values<typeof command>;
