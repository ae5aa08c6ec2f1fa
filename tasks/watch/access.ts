import { createHash, timingSafeEqual } from "node:crypto";

/** Addresses of the machine itself. */
const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/** Whether an address is reached from the machine itself only. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}

/** Who may see the runs. */
export class Access {
  /**
   * @param token What a request must have; undefined if the address protects the runs.
   * @param loopback Whether the server listens on the machine itself only. Then pages of other names that lead there see nothing.
   */
  constructor(readonly token: string | undefined, readonly loopback: boolean) {}

  /** Why a request is refused, as a response; undefined if it may pass. */
  refusal(request: Request): Response | undefined {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("Nothing can be changed here.\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const { hostname } = new URL(request.url);
    if (this.loopback && !isLoopback(hostname.replace(/^\[|\]$/g, ""))) {
      return new Response("This address is served to this machine only.\n", { status: 403 });
    }
    if (this.token === undefined || this.#given(request).some((given) => isEqual(given, this.token!))) return undefined;
    return new Response("Open the address that was printed when the server started; it has the token.\n", {
      status: 401,
    });
  }

  /** The cookie that a browser keeps, so that the token need not stay in addresses. */
  cookie(request: Request): Record<string, string> {
    if (this.token === undefined) return {};
    return { "set-cookie": `${cookieName(request)}=${this.token}; HttpOnly; SameSite=Strict; Path=/` };
  }

  #given(request: Request): string[] {
    const name = `${cookieName(request)}=`;
    const cookies = (request.headers.get("cookie") ?? "").split(/;\s*/).filter((each) => each.startsWith(name));
    return [new URL(request.url).searchParams.get("token") ?? "", ...cookies.map((each) => each.slice(name.length))];
  }
}

/** Browsers share cookies among the ports of a machine, so that each port has a name of its own. */
function cookieName({ url }: Request): string {
  return `watch-${new URL(url).port || "80"}`;
}

/** Compares texts in a time that tells nothing of them. */
function isEqual(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(x, y);
}
