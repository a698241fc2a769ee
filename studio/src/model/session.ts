/** A model in the worker, and what can be asked of it. */
import { openEngine } from "heed";
import {
  type DecodedOn,
  type DecodeOptions,
  type DecodingInspector,
  type EncodedExample,
  type EvidenceKind,
  type Example,
  evidence,
  type Inspector,
  type Intervention,
  type Look,
  type LookOptions,
  type Matrix,
  type NamedTensor,
  openDecodingInspector,
  openInspector,
  type Removable,
  without,
} from "heed/inspect";
import type { TapPattern } from "heed/nn";
import { assembleRun, type OpenedRun } from "heed/runs";
import type { Engine } from "heed/runtime";
import { tasks } from "heed/tasks";
import { classifyRequests } from "./classify.ts";
import type { Folder } from "./files.ts";
import { headRequests } from "./heads.ts";
import { languageRequests } from "./language.ts";
import { recurrentRequests } from "./recurrent.ts";

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
  /** Steps of training whose weights were kept, in order. */
  readonly checkpoints: readonly number[];
}

export interface Session {
  readonly run: OpenedRun;
  readonly engine: Engine;
  readonly look: Inspector;
  readonly decoder: DecodingInspector | undefined;
  readonly checkpoints: NonNullable<Folder["checkpoints"]>;
}

let engine: Promise<Engine> | undefined;
let session: Session | undefined;
const warnings: string[] = [];

const opened = (): Session => {
  if (!session) throw new Error("no model is open");
  return session;
};

export const requests = {
  open: async (folder: Folder): Promise<Card> => {
    const next = await openSession(folder);
    session?.look.close();
    session?.decoder?.close();
    session = next;
    const { name } = folder;
    const { run, look, engine: device, checkpoints } = next;
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
      checkpoints: checkpoints.map(({ step }) => step),
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
  /** How much of each read token went into each written one. */
  read: async (asked: Asked): Promise<Read> => {
    const { look } = opened();
    const { source, ids, place, head, kind, row } = asked;
    const example = { source: look.encode({ source }).source, target: Int32Array.from(ids) };
    const path = `${place}.weights` as const;
    const { taps } = await look.run(example, { taps: [path as TapPattern], ...changesOf(asked, look) });
    const weights = taps.get(path) as NamedTensor;
    const [, , queries, keys] = weights.axes;
    const options = { place, ...(head === undefined ? {} : { head }) };
    const matrix =
      kind === "weights" ? matrixOf(weights, head) : await evidence(look, example, kind, options);
    const written = queries?.tokens?.writes ?? queries?.tokens?.reads ?? [];
    // The row that reads a token is one after the row that writes it.
    const isLater = row === "input" && queries?.tokens?.writes !== undefined;
    return {
      columns: keys?.tokens?.reads ?? [],
      rows: isLater ? written.slice(0, -1) : written,
      weights: scaled(isLater ? matrix.slice(1) : matrix),
      where: `${path}${head === undefined ? "" : `, head ${head + 1}`}`,
    };
  },
  ...headRequests(opened),
  ...languageRequests(opened),
  ...classifyRequests(opened),
  ...recurrentRequests(opened, openSession),
};
export type Requests = typeof requests;

export interface Asked {
  readonly source: string;
  /** The tokens that are written. */
  readonly ids: readonly number[];
  readonly place: string;
  readonly head: number | undefined;
  readonly kind: EvidenceKind;
  readonly row: "input" | "output";
  readonly intervene: readonly Intervention[];
  readonly off: readonly Removable[];
}

export interface Read {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** [rows][columns], the largest number at most 1. */
  readonly weights: Matrix;
  readonly where: string;
}

/** Opens a model without closing the one that is open. */
export async function openSession({ name, files, checkpoints = [] }: Folder): Promise<Session> {
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
  return { run, engine: device, look, decoder, checkpoints };
}

const changesOf = (
  { intervene, off }: Pick<Asked, "intervene" | "off">,
  look: Inspector,
): { readonly intervene: readonly Intervention[] } => ({
  intervene: [...intervene, ...off.flatMap((part) => without(look, part))],
});

/** [rows][columns] of one head, or the mean of all. */
function matrixOf({ axes, data }: NamedTensor, head: number | undefined): number[][] {
  const [, heads = 1, rows = 0, columns = 0] = axes.map(({ size }) => size);
  const chosen = head === undefined ? Array.from({ length: heads }, (_, i) => i) : [head];
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => {
      const sum = chosen.reduce((total, h) => total + (data[(h * rows + i) * columns + j] as number), 0);
      return sum / chosen.length;
    }),
  );
}

/** Numbers of any size as shares of the largest; weights, at most 1, as they are. */
function scaled(matrix: Matrix): Matrix {
  const largest = matrix.reduce((most, row) => row.reduce((a, b) => Math.max(a, b), most), 0);
  return largest <= 1 ? matrix : matrix.map((row) => row.map((value) => value / largest));
}

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
