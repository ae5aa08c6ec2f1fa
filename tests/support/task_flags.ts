import { assert } from "@std/assert";
import project from "../../deno.json" with { type: "json" };

/**
 * The flags with which `deno task NAME` starts Deno, so that tests run tasks with exactly the permissions that people give them.
 *
 * @param variables The environment of the task, whose variables the flags name.
 */
export function taskFlags(name: string, variables: Record<string, string | undefined>): string[] {
  const command = (project.tasks as Record<string, string>)[name];
  const [deno, run, ...flags] = command.split(" ");
  assert(deno === "deno" && run === "run" && flags.pop() === `tasks/${name}.ts`, `deno task ${name}: ${command}`);
  return flags.map((flag) => flag.replace(/\$(\w+)/g, (_, variable) => variables[variable] ?? ""));
}
