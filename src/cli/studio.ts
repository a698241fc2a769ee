import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { heedError } from "../errors.ts";
import { openRun } from "../runs/open-run.node.ts";
import type { Io } from "./io.ts";
import { openStudioServer } from "./studio-server.ts";

export interface StudioOptions {
  readonly runs: readonly string[];
  readonly port: number;
  readonly noOpen: boolean;
}

/** Serves the studio until a signal comes. */
export async function studio({ runs, port, noOpen }: StudioOptions, io: Io): Promise<number> {
  const server = await openStudioServer({ page: builtPage(), runs: namedRuns(runs), port });
  const first = [...namedRuns(runs).keys()][0];
  const address =
    first === undefined ? server.address : `${server.address}#translate?model=${encodeURIComponent(first)}`;
  try {
    await io.writeLine(address);
    io.say("Ctrl+C ends it.");
    if (!noOpen && io.terminal) openBrowser(address);
    if (!io.signal.aborted) await once(io.signal, "abort");
  } finally {
    await server.close();
  }
  return 0;
}

/** The folder of the built page: in the package, or where a clone builds it. */
function builtPage(): string {
  const places = ["../studio", "../../dist/studio"].map((path) => join(import.meta.dirname, path));
  const found = places.find((place) => existsSync(join(place, "index.html")));
  if (found) return found;
  throw heedError("ERR_INPUT", {
    where: "heed studio",
    cause: "the page is not built",
    remedy: "npm run studio:build",
  });
}

/** Runs by the names of their folders, numbered where two are alike. @throws ERR_INPUT for what is no run */
function namedRuns(runs: readonly string[]): Map<string, string> {
  const named = new Map<string, string>();
  for (const run of runs) {
    openRun(run);
    const plain = basename(resolve(run)).replace(/[^\w.-]/g, "_");
    let name = plain;
    for (let n = 2; named.has(name); n++) name = `${plain}-${n}`;
    named.set(name, resolve(run));
  }
  return named;
}

/** Opens the page in the person's browser; where there is none, the address is enough. */
function openBrowser(address: string): void {
  const [program, ...args] = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[
    process.platform as "darwin"
  ] ?? ["xdg-open"];
  spawn(program as string, [...args, address], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}
