import { once } from "node:events";
import { heedError } from "../errors.ts";
import { devices } from "../runtime/devices.ts";
import { makeKey } from "../server/keys.ts";
import { type ServeOptions, serve } from "../server/serve.ts";
import type { Io } from "./io.ts";
import { quantization } from "./quantization.ts";

export interface ServeRunsOptions
  extends Omit<
    ServeOptions,
    "limits" | "origins" | "perAddress" | "perKey" | "connections" | "logLevel" | "quantize"
  > {
  readonly newKey?: string | undefined;
  readonly cors: readonly string[];
  readonly requestsPerAddress: number;
  readonly requestsPerKey?: number | undefined;
  readonly maxConnections: number;
  readonly maxCharacters: number;
  readonly maxTexts: number;
  readonly maxAlternatives: number;
  readonly maxBeam: number;
  readonly maxTokens: number;
  readonly log: string;
  readonly quantize?: string | undefined;
}

const levels = ["error", "warn", "info", "silent"] as const;

/** Serves runs until a signal comes, or makes a key. */
export async function serveRuns(options: ServeRunsOptions, io: Io): Promise<number> {
  if (options.newKey !== undefined) return printKey(options, options.newKey, io);
  check(options);
  const quantize = quantization(options.quantize);
  const serving = await serve({
    ...options,
    quantize,
    origins: options.cors,
    perAddress: options.requestsPerAddress,
    perKey: options.requestsPerKey ?? 0,
    connections: options.maxConnections,
    logLevel: options.log,
    limits: {
      characters: options.maxCharacters,
      texts: options.maxTexts,
      alternatives: options.maxAlternatives,
      beam: options.maxBeam,
      tokens: options.maxTokens,
    },
  });
  try {
    await io.writeLine(serving.address);
    if (options.log !== "silent") io.say(`heed: serving ${serving.models.join(", ")}; Ctrl+C ends it`);
    if (!io.signal.aborted) await once(io.signal, "abort");
  } finally {
    await serving.close();
  }
  return 0;
}

/** @throws ERR_USAGE for what only takes effect with something that is not there. */
function check(options: ServeRunsOptions): void {
  const { runs, keys, requestsPerKey, cors, log, device } = options;
  if (runs.length === 0) throw usage("heed serve", "there is nothing to serve", "name the folder of a run");
  if (options.internalHost !== "127.0.0.1" && options.internalPort === undefined)
    throw usage("--internal-host", "there is no port to listen on", "add --internal-port");
  if (requestsPerKey !== undefined && keys === undefined)
    throw usage("--requests-per-key", "no keys are asked for", "add --keys FILE");
  if (!levels.some((level) => level === log))
    throw usage("--log", `"${log}" is not a level`, `choose ${levels.join(", ")}`);
  if (!devices.some((name) => name === device))
    throw usage("--device", `"${device}" is not a device`, `choose ${devices.join(", ")}`);
  const wrong = cors.find((origin) => origin !== "*" && !isOrigin(origin));
  if (wrong !== undefined)
    throw usage("--cors", `"${wrong}" is not an origin`, "write it as https://example.org, or * for any");
}

function isOrigin(text: string): boolean {
  try {
    return new URL(text).origin === text;
  } catch {
    return false;
  }
}

async function printKey(
  { keys, runs, requestsPerKey }: ServeRunsOptions,
  name: string,
  io: Io,
): Promise<number> {
  if (keys === undefined) throw usage("--new-key", "there is no file to add it to", "add --keys FILE");
  if (runs.length > 0) throw usage("--new-key", "makes a key and serves nothing", "leave out the runs");
  await io.writeLine(await makeKey(keys, name, requestsPerKey));
  io.say("heed: this is the only time that it is shown");
  return 0;
}

const usage = (where: string, cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where, cause, remedy });
