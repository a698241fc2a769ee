/** One attention of a Transformer with everything before and after it, in the numbers of one look. */
import { type AxisTokens, type Inspector, type Intervention, type Removable, without } from "heed/inspect";
import type { TapPattern } from "heed/nn";
import type { OpenedRun } from "heed/runs";

export const attentionKinds = ["encoder", "decoder", "cross"] as const;
export type AttentionKind = (typeof attentionKinds)[number];

/** Numbers in rows: of a tap, or of a parameter. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface AskedWalk {
  readonly source: string;
  /** The tokens that are written. */
  readonly ids: readonly number[];
  readonly attention: AttentionKind;
  /** From 0. */
  readonly layer: number;
  readonly intervene: readonly Intervention[];
  readonly off: readonly Removable[];
}

/** Where the parts of one walk stand in the model. */
export interface Places {
  readonly side: "encoder" | "decoder";
  /** encoder.0.attention, decoder.1.cross */
  readonly attention: string;
  /** encoder.0.attentionResidual */
  readonly residual: string;
  /** encoder.0.feedForward, and its residual. In a decoder it follows on the attention to the source. */
  readonly feedForward: string | undefined;
}

/** What a walk through one attention shows. */
export interface Walk {
  readonly kind: AttentionKind;
  readonly layer: number;
  /** Of each side. */
  readonly layers: Readonly<Record<"encoder" | "decoder", number>>;
  readonly heads: number;
  readonly places: Places;
  readonly norm: "pre" | "post";
  readonly positions: string;
  readonly activation: string;
  readonly rows: AxisTokens;
  /** The tokens that keys and values are of. */
  readonly columns: readonly string[];
  /** Taps by path, and parameters by name. Of embeddings, the rows that were looked up: `embedding`. */
  readonly numbers: ReadonlyMap<string, Numbers>;
  /** The table that tokens are looked up in. */
  readonly table: { readonly name: string; readonly shape: readonly number[] };
  /** Interventions that take a part out at one place: `scale@encoder.0.attention`. */
  readonly switches: ReadonlyMap<string, readonly Intervention[]>;
  /** Σ ln p of the translation, by which it rises with the interventions, and how many of them changed nothing. */
  readonly logProbability: number;
  readonly delta: number | undefined;
  readonly unchanged: number;
}

/** Whether a walk has the equations of a model's layers: those of the original Transformer, with norms of any kind. */
export function hasSteps(model: OpenedRun["config"]["model"]): boolean {
  const { activation, qkNorm, fixNorm } = model as {
    readonly activation?: string;
    readonly qkNorm?: boolean;
    readonly fixNorm?: boolean;
  };
  return !qkNorm && !fixNorm && activation !== "swiglu" && activation !== "relu2";
}

export function placesOf(kind: AttentionKind, layer: number): Places {
  const side = kind === "encoder" ? "encoder" : "decoder";
  const block = `${side}.${layer}`;
  return {
    side,
    attention: `${block}.${kind === "cross" ? "cross" : "attention"}`,
    residual: `${block}.${kind === "cross" ? "crossResidual" : "attentionResidual"}`,
    feedForward: kind === "decoder" ? undefined : `${block}.feedForward`,
  };
}

/**
 * The output of what comes before an attention, as its residual connection gets it. Of several paths, the first that the model
 * has: it may be built without norms, or without residual connections.
 */
export function streamOf(kind: AttentionKind, layer: number, norm: "pre" | "post"): readonly string[] {
  const { side } = placesOf(kind, layer);
  if (kind !== "cross") return [layer === 0 ? `${side}.input.states` : `${side}.${layer - 1}.states`];
  const before = `decoder.${layer}.attention`;
  const normed = norm === "post" ? [`${before}Residual.norm.normed`] : [];
  return [...normed, `${before}Residual.sum`, `${before}.output`];
}

/** The taps of a walk that a model has. `weighted` is left to the page: it is large, and a product of two others. */
function tapsOf(places: Places, more: readonly string[], look: Inspector): TapPattern[] {
  const { side, attention, residual, feedForward } = places;
  const ofResidual = (place: string): string[] =>
    ["skipped", "sublayer", "sum", "norm.mean", "norm.deviation", "norm.normed"].map((n) => `${place}.${n}`);
  const wanted = new Set([
    ...["ids", "embedding", "positions", "sum", "states"].map((name) => `${side}.input.${name}`),
    ...["queries", "keys", "values", "products", "unmasked", "scores", "weights", "heads", "output"].map(
      (name) => `${attention}.${name}`,
    ),
    ...ofResidual(residual),
    ...(feedForward ? ["inner", "activated", "output"].map((name) => `${feedForward}.${name}`) : []),
    ...(feedForward ? ofResidual(`${feedForward}Residual`) : []),
    ...more,
  ]);
  return look.paths.filter((path) => wanted.has(path)) as TapPattern[];
}

/** @throws an Error for a model that is no Transformer which translates. */
export async function walk(
  { run, look }: { readonly run: OpenedRun; readonly look: Inspector },
  { source, ids, attention, layer, intervene, off }: AskedWalk,
): Promise<Walk> {
  const { model } = run.config;
  if (run.task !== "translate" || model.kind !== "transformer")
    throw new Error("the walk is for Transformers that translate");
  const places = placesOf(attention, layer);
  const layers = { encoder: layersOf(look, "encoder"), decoder: layersOf(look, "decoder") };
  // Only the attention to the source reads what the encoder made.
  const memory = ["output", `${layers.encoder - 1}.states`].map((name) => `encoder.${name}`);
  const more = [
    ...streamOf(attention, layer, model.norm),
    ...(attention === "cross" ? [...memory, "encoderNorm.mean", "encoderNorm.deviation"] : []),
  ];
  const taps = tapsOf(places, more, look);
  const example = { source: look.encode({ source }).source, target: Int32Array.from(ids) };
  const changes = [...intervene, ...off.flatMap((part) => without(look, part))];
  const seen = await look.run(example, { taps, intervene: changes });
  const numbers = new Map<string, Numbers>();
  for (const [path, { axes, data }] of seen.taps)
    numbers.set(path, { shape: axes.map(({ size }) => size), data });
  const parts = ["encoderNorm", places.attention, places.residual, places.feedForward].flatMap(
    (part) => part ?? [],
  );
  for (const [name, { shape, data }] of run.weights)
    if (parts.some((part) => name.startsWith(`${part}.`) || name.startsWith(`${part}Residual.`)))
      numbers.set(name, { shape, data: data as Float32Array });
  const own = places.side === "encoder" && run.weights.has("sourceEmbed.weight");
  const table = own ? "sourceEmbed.weight" : "embed.weight";
  const looked = numbers.get(`${places.side}.input.ids`);
  if (looked) numbers.set("embedding", rowsOf(run.weights.get(table) as Numbers | undefined, looked.data));
  const weights = seen.taps.get(`${places.attention}.weights`);
  const [, heads, queries, keys] = weights?.axes ?? [];
  return {
    kind: attention,
    layer,
    layers,
    heads: heads?.size ?? 1,
    places,
    norm: model.norm,
    positions: model.positions,
    activation: model.activation,
    rows: queries?.tokens ?? { reads: [] },
    columns: keys?.tokens?.reads ?? [],
    numbers,
    table: { name: table, shape: run.weights.get(table)?.shape ?? [] },
    switches: switchesOf(look, places),
    logProbability: seen.said.logProbabilities.reduce((sum, value) => sum + value, 0),
    delta: seen.without?.delta,
    unchanged: seen.without?.unchanged.length ?? 0,
  };
}

const layersOf = (look: Inspector, side: string): number =>
  look.paths.filter((path) => new RegExp(`^${side}\\.\\d+\\.states$`).test(path)).length;

/** Rows of an embedding table. */
function rowsOf(table: Numbers | undefined, ids: Float32Array): Numbers {
  const size = table?.shape[1] ?? 0;
  const data = new Float32Array(ids.length * size);
  ids.forEach((id, row) => {
    for (let i = 0; i < size; i++) data[row * size + i] = table?.data[id * size + i] as number;
  });
  return { shape: [ids.length, size], data };
}

const partsAt: readonly (readonly [part: Removable, at: (places: Places) => string | undefined])[] = [
  ["positions", ({ side }) => `${side}.input`],
  ["scale", ({ attention }) => attention],
  ["diagonal", ({ attention }) => attention],
  ["attention", ({ attention }) => attention],
  ["residuals", ({ residual }) => residual],
  ["norm", ({ residual }) => residual],
  ["residuals", ({ feedForward }) => feedForward && `${feedForward}Residual`],
  ["norm", ({ feedForward }) => feedForward && `${feedForward}Residual`],
];

function switchesOf(look: Inspector, places: Places): Map<string, readonly Intervention[]> {
  const switches = new Map<string, readonly Intervention[]>();
  for (const [part, at] of partsAt) {
    const place = at(places);
    if (place === undefined) continue;
    try {
      switches.set(`${part}@${place}`, without(look, part, place));
    } catch {
      // This model has no such part there: rotary positions, attention to the source without a diagonal.
    }
  }
  return switches;
}
