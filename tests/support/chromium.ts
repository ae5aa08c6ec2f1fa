import { readUntil } from "./process.ts";

/** Debian's Chromium; undefined where it is not there. */
export const chromium = ["/usr/bin/chromium"].find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** What follows the name of a test that needs Chromium. */
export const chromiumNote = chromium === undefined ? " (Chromium is not there)" : "";

/** WebGPU on the CPU, by Chromium's own software driver. */
export const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** A page in a browser without a window, driven through its protocol for debugging. */
export class BrowserPage implements AsyncDisposable {
  #next = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  private constructor(
    readonly socket: WebSocket,
    readonly child: Deno.ChildProcess,
    readonly stderr: ReadableStreamDefaultReader<Uint8Array>,
    readonly profile: string,
  ) {
    socket.onmessage = ({ data }) => {
      const answer = JSON.parse(data);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    };
  }

  /** Starts a browser with a page, and waits until it is loaded. */
  static async open(address: string, flags: readonly string[] = ["--disable-gpu"]): Promise<BrowserPage> {
    const profile = await Deno.makeTempDir();
    const child = new Deno.Command(chromium!, {
      args: [
        "--headless=new",
        "--no-sandbox",
        ...flags,
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        address,
      ],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const stderr = child.stderr.getReader();
    const [, port] = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(
      await readUntil(stderr, (text) => /DevTools listening on .*\n/.test(text)),
    )!;
    const pages = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
    const page = pages.find(({ type }: { type: string }) => type === "page");
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    await new Promise((resolve) => socket.onopen = resolve);
    const opened = new BrowserPage(socket, child, stderr, profile);
    while (!await opened.evaluate(`location.href !== "about:blank" && document.readyState === "complete"`)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return opened;
  }

  /** The value of an expression in the page, which may be a promise; it must be of JSON. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, error } = await this.#call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (result?.exceptionDetails !== undefined || error !== undefined) {
      throw new Error(JSON.stringify(result?.exceptionDetails?.exception?.description ?? error));
    }
    return result!.result!.value as Value;
  }

  /** A picture of the page as PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { result } = await this.#call("Page.captureScreenshot", { format: "png" });
    return Uint8Array.from(atob(result!.data!), (character) => character.charCodeAt(0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close();
    this.child.kill("SIGKILL");
    await Promise.all([this.stderr.cancel(), this.child.status]);
    await Deno.remove(this.profile, { recursive: true }).catch(() => {});
  }

  #call(method: string, params: Record<string, unknown>): Promise<Answer> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

interface Answer {
  readonly error?: unknown;
  readonly result?: {
    readonly data?: string;
    readonly result?: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
  };
}
