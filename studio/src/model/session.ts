/** A model in the worker, and what can be asked of it. */
import { openEngine } from "heed";
import {
  type DecodedOn,
  type DecodeOptions,
  type DecodingInspector,
  type EncodedExample,
  type Example,
  type Inspector,
  type Intervention,
  type Look,
  type LookOptions,
  openDecodingInspector,
  openInspector,
  type Removable,
  without,
} from "heed/inspect";
import { assembleRun, type OpenedRun } from "heed/runs";
import type { Engine } from "heed/runtime";
import { tasks } from "heed/tasks";
import type { Folder } from "./files.ts";
import { type Measured, measuredIn } from "./measured.ts";
import { type Changes, readingRequests } from "./reading.ts";
import { type AskedWalk, type Walk, walk } from "./steps.ts";

/** What the page knows of an opened model. */
export interface Card {
  readonly name: string;
  readonly task: OpenedRun["task"];
  /** transformer, lstm, gru */
  readonly kind: string;
  readonly parameters: number;
  readonly device: string;
  readonly warnings: readonly string[];
  /** The paths of all taps. */
  readonly paths: readonly string[];
  /** Layers and heads of each attention, by the place of its taps: `decoder.1.cross`. */
  readonly heads: Readonly<Record<string, number>>;
  readonly labels: readonly string[];
  readonly measured: Measured | undefined;
}

export interface Session {
  readonly engine: Engine;
  readonly run: OpenedRun;
  readonly look: Inspector;
  readonly decoder: DecodingInspector | undefined;
}

let engine: Promise<Engine> | undefined;
let session: Session | undefined;
const warnings: string[] = [];

const opened = (): Session => {
  if (!session) throw new Error("no model is open");
  return session;
};

export const requests = {
  open: async ({ name, files }: Folder): Promise<Card> => {
    engine ??= openEngine("auto", { onWarning: (line) => void warnings.push(line) });
    const device = await engine;
    const run = assembleRun(textOf(files, "config.yaml"), bytesOf(files, "model.safetensors"), {
      where: name,
      has: (path) => files.has(path),
      json: (path) => JSON.parse(textOf(files, path)) as unknown,
    });
    const maxLength = tasks[run.task].longest(run.config as never);
    const common = { engine: device, of: run, weights: run.weights, maxLength };
    const look = await openInspector(common);
    const decoder = run.task === "classify" ? undefined : await openDecodingInspector(common);
    session?.look.close();
    session?.decoder?.close();
    session = { engine: device, run, look, decoder };
    return {
      name,
      task: run.task,
      kind: run.config.model.kind,
      parameters: [...run.weights.values()].reduce((sum, { data }) => sum + data.length, 0),
      device: device.description,
      warnings,
      paths: look.paths,
      heads: headsOf(look),
      labels: run.task === "classify" ? run.labels : [],
      measured: measuredIn(files),
    };
  },
  decode: (source: string, options: DecodeOptions, off: readonly Removable[]): Promise<DecodedOn> => {
    const { decoder, look } = opened();
    if (!decoder) throw new Error("a classifier writes nothing");
    const intervene = [...(options.intervene ?? []), ...off.flatMap((part) => without(look, part))];
    return decoder.run(source, { ...options, intervene });
  },
  look: (
    example: Example | EncodedExample,
    options: LookOptions,
    off: readonly Removable[] = [],
  ): Promise<Look> => {
    const { look } = opened();
    const intervene = [...(options.intervene ?? []), ...off.flatMap((part) => without(look, part))];
    return look.run(example, { ...options, intervene });
  },
  ...readingRequests(opened),
  /** The weights of every head, as an example is read and written. */
  heads: async (asked: HeadsAsked): Promise<readonly ShownHeads[]> => {
    const { look } = opened();
    const example = {
      source: look.encode({ source: asked.source }).source,
      target: Int32Array.from(asked.ids),
    };
    const { taps } = await look.run(example, { taps: ["**.weights"], ...changesOf(asked, look) });
    return [...taps.values()].map(({ path, axes, data }) => {
      const [, heads, queries, keys] = axes;
      return {
        place: path.slice(0, -".weights".length),
        heads: heads?.size ?? 1,
        rows: queries?.tokens?.writes ?? queries?.tokens?.reads ?? [],
        columns: keys?.tokens?.reads ?? [],
        data,
      };
    });
  },
  /** One attention with everything before and after it. */
  walk: (asked: AskedWalk): Promise<Walk> => walk(opened(), asked),
};
export type Requests = typeof requests;

export interface HeadsAsked extends Changes {
  readonly source: string;
  /** The tokens that are written. */
  readonly ids: readonly number[];
}

/** One attention: [heads][rows][columns] in `data`. */
export interface ShownHeads {
  readonly place: string;
  readonly heads: number;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly data: Float32Array;
}

const changesOf = (
  { intervene, off }: Changes,
  look: Inspector,
): { readonly intervene: readonly Intervention[] } => ({
  intervene: [...intervene, ...off.flatMap((part) => without(look, part))],
});

function headsOf({ paths, shapeOf }: Inspector): Record<string, number> {
  const weights = paths.filter((path) => path.endsWith(".weights"));
  return Object.fromEntries(
    weights.map((path) => [path.slice(0, -".weights".length), Number(shapeOf(path)[1])]),
  );
}

function bytesOf(files: Folder["files"], name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes) return bytes;
  throw new Error(`there is no ${name}: choose a folder that \`heed train\` wrote`);
}

const textOf = (files: Folder["files"], name: string): string =>
  new TextDecoder().decode(bytesOf(files, name));
