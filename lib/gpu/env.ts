import { isPermitted, operatingSystem } from "./runtime.ts";

/** Sets an environment variable if it has no value and setting it is permitted. */
export function setEnvIfUnset(variable: string, value: string): void {
  if (mayUseEnv(variable) && !Deno.env.get(variable)) Deno.env.set(variable, value);
}

/** An environment variable's value; undefined if it has none or reading it is not permitted. */
export function readEnv(variable: string): string | undefined {
  return mayUseEnv(variable) ? Deno.env.get(variable) || undefined : undefined;
}

/** Whether a variable may be used. */
export function mayUseEnv(variable: string): boolean {
  return isPermitted({ name: "env", variable });
}

/**
 * Sets two environment variables before the first adapter is requested, unless the caller has set them.
 *
 * - XDG_RUNTIME_DIR: without it Mesa prints an irrelevant error line at each request.
 * - DENO_WEBGPU_BACKEND: without it Deno falls back to OpenGL where Vulkan is missing (seen with 2.9.6 and Mesa 22.3: other
 *   limits, no 16-bit floats). An error that says how to install Vulkan is more useful.
 */
export function prepareGraphics(): void {
  if (operatingSystem !== "linux") return;
  setEnvIfUnset("XDG_RUNTIME_DIR", readEnv("TMPDIR") ?? "/tmp");
  setEnvIfUnset("DENO_WEBGPU_BACKEND", "vulkan");
}
