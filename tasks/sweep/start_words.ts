import { projectFile } from "../shell/project_file.ts";

/**
 * The words after `deno` that start a run of a sweep. `deno task` cannot let a task write to a folder with a comma in its path, so that there the run
 * has all permissions, as the sweep itself must have.
 *
 * @param folder The sweep's folder.
 */
export function startWords(task: string, folder: string): string[] {
  const of = (path: string) => projectFile(path, "deno task sweep");
  const config = ["--quiet", "--config", of("deno.json")];
  return folder.includes(",") ? ["run", "-A", ...config, of(`tasks/${task}.ts`)] : ["task", ...config, task];
}
