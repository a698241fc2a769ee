import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import type { Io } from "./io.ts";
import { namedRuns } from "./studio-runs.ts";
import { holdsModel, openStudioServer } from "./studio-server.ts";

export interface StudioOptions {
  readonly runs: readonly string[];
  readonly port: number;
  readonly noOpen: boolean;
}

/** Serves the studio until a signal comes. */
export async function studio({ runs, port, noOpen }: StudioOptions, io: Io): Promise<number> {
  const named = namedRuns(runs);
  const server = await openStudioServer({ page: builtPage(), runs: named, port });
  const address = `${server.address}${firstPlace(named)}`;
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

/** What the page shows first: the model of a run, or a comparison of several. */
function firstPlace(runs: ReadonlyMap<string, string>): string {
  const model = [...runs].find(([, run]) => holdsModel(run))?.[0];
  const named = model === undefined ? "" : `?model=${encodeURIComponent(model)}`;
  return runs.size === 0 ? "" : `#${runs.size === 1 && model !== undefined ? "translate" : "runs"}${named}`;
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

/** Opens the page in the person's browser; where there is none, the address is enough. */
function openBrowser(address: string): void {
  const [program, ...args] = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[
    process.platform as "darwin"
  ] ?? ["xdg-open"];
  spawn(program as string, [...args, address], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}
