import { defineCommand } from "../shell/command.ts";

/** The command `deno task watch`. */
export const command = defineCommand({
  usage: "deno task watch",
  summary:
    "Serves a page that shows the runs of a folder live: a table to sort and filter, curves of several runs, pictures beside the truth, meshes " +
    "and camera paths. It changes nothing. It listens on this machine only, which is also where a tunnel ends: ssh -L 8642:127.0.0.1:8642 HOST. " +
    "To listen elsewhere, or to show another folder than runs, give it these permissions yourself: deno run --allow-read=FOLDER " +
    "--allow-net=ADDRESS tasks/watch.ts FOLDER --host ADDRESS. Then the page needs a token, which is a part of the address that is printed.",
  positionals: [{ name: "folder", help: "Folder with runs at any depth", defaultText: "runs" }],
  options: [
    {
      name: "port",
      kind: "integer",
      min: 0,
      max: 65535,
      default: 8642,
      help: "Port to listen on; 0 chooses a free one",
    },
    {
      name: "host",
      kind: "string",
      placeholder: "ADDRESS",
      default: "127.0.0.1",
      help: "Address to listen on; another than that of this machine itself needs further permissions",
    },
    {
      name: "token",
      kind: "flag",
      help: "Ask for a token also on this machine, for machines with several users",
    },
  ],
  examples: ["deno task watch", "deno task watch runs/image --port 9000"],
});
