import { assert } from "@std/assert";
import project from "../../deno.json" with { type: "json" };

/**
 * The flags with which `deno task NAME` starts Deno, so that tests run tasks with exactly the permissions that people give them.
 *
 * @param variables The environment of the task, whose variables the flags name.
 */
export function taskFlags(name: string, variables: Record<string, string | undefined>): string[] {
  const command = (project.tasks as Record<string, string>)[name];
  const [deno, run, ...flags] = wordsOf(command, variables);
  assert(deno === "deno" && run === "run" && flags.pop() === `tasks/${name}.ts`, `deno task ${name}: ${command}`);
  return flags;
}

/** The words of a command as the shell of `deno task` reads it: variables outside of quotation marks are split at spaces. */
function wordsOf(command: string, variables: Record<string, string | undefined>): string[] {
  const filled = (text: string) => text.replace(/\$(\w+)/g, (_, variable) => variables[variable] ?? "");
  return (command.match(/"[^"]*"|\S+/g) ?? []).flatMap((word) =>
    word.startsWith('"') ? [filled(word.slice(1, -1))] : filled(word).split(/\s+/)
  );
}
