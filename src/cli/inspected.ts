/** What the forms of `heed inspect` share. */
import type { Look, NamedTensor } from "../inspect/looking/look.ts";
import type { Example } from "../inspect/looking/subject.ts";
import type { Matrix } from "../inspect/matrix.ts";
import { type InspectOptions, oneOf, usage } from "./inspect-options.ts";

export interface ShownExample {
  readonly given: Example;
  /** Whether the target is the model's own translation. */
  readonly isOwn: boolean;
}

const matrixAt = ({ axes, data }: NamedTensor, head: number): number[][] => {
  const [rows, columns] = [axes[2]?.size ?? 0, axes[3]?.size ?? 0];
  const first = head * rows * columns;
  return Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(first + i * columns, first + (i + 1) * columns)),
  );
};

/** One matrix per head. */
export function headsOf(tensor: NamedTensor): Matrix[] {
  return Array.from({ length: tensor.axes[1]?.size ?? 0 }, (_, head) => matrixAt(tensor, head));
}

/** The tokens of an axis as labels: those that are written there, where there are some. */
export const labelsOf = (tensor: NamedTensor, axis: number): readonly string[] => {
  const { tokens, size = 0 } = tensor.axes[axis] ?? {};
  return tokens?.writes ?? tokens?.reads ?? Array.from({ length: size }, (_, i) => String(i + 1));
};
/** The tokens of an axis that are read there. */
export const readsOf = (tensor: NamedTensor, axis: number): readonly string[] =>
  tensor.axes[axis]?.tokens?.reads ?? labelsOf(tensor, axis);

/** Rows of bars: in self-attention the token that is read there, whose vector is kept, and otherwise as in `labelsOf`. */
export const barRows = ({ name }: LayeredAttention, tensor: NamedTensor): readonly string[] =>
  name === "cross" ? labelsOf(tensor, 2) : readsOf(tensor, 2);

/** The names of a picture's axes: tokens are written at the rows, or only read. */
export const axesOf = (tensor: NamedTensor) => ({
  across: "reads from",
  down: tensor.axes[2]?.tokens?.writes === undefined ? "reads" : "is written",
});

/** Attentions by what they are called on the command line. */
export const attentionNames = ["cross", "decoder", "encoder", "self"] as const;
export type AttentionName = (typeof attentionNames)[number];

/** One attention of a model, in all of its layers. */
export interface LayeredAttention {
  readonly name: AttentionName;
  readonly layers: readonly NamedTensor[];
}

/** The attentions of a model, cross-attention first. */
export function attentionsOf({ taps }: Look): LayeredAttention[] {
  const layers = new Map<AttentionName, NamedTensor[]>();
  for (const tensor of taps.values()) {
    if (!tensor.path.endsWith(".weights")) continue;
    const name = nameOf(tensor.path);
    layers.set(name, [...(layers.get(name) ?? []), tensor]);
  }
  return attentionNames.flatMap((name) => {
    const found = layers.get(name);
    return found ? [{ name, layers: found }] : [];
  });
}

function nameOf(path: string): AttentionName {
  if (path.endsWith(".cross.weights")) return "cross";
  return path.startsWith("decoder.") ? "decoder" : path.startsWith("encoder.") ? "encoder" : "self";
}

/** The attention to draw: --attention, or cross-attention, or self-attention where there is no decoder. */
export function chosenAttention(
  seen: Look,
  { attention }: Pick<InspectOptions, "attention">,
): LayeredAttention {
  const found = attentionsOf(seen);
  const [first] = found;
  if (!first)
    throw usage("--out", "this model has no attention to draw", "give --view steps, or write .html or .json");
  if (attention === undefined) return first;
  oneOf("--attention", attention, attentionNames);
  const chosen = found.find(({ name }) => name === attention);
  if (chosen) return chosen;
  const names = found.map(({ name }) => name).join(", ");
  throw usage("--attention", `this model has no attention "${attention}"`, `choose ${names}`);
}

/** The layer to show large: --layer, or the last. @throws ERR_USAGE */
export function chosenLayer(
  { layers }: LayeredAttention,
  { layer }: Pick<InspectOptions, "layer">,
): NamedTensor {
  const chosen = layer === undefined ? layers.at(-1) : layers[layer - 1];
  if (chosen) return chosen;
  throw usage("--layer", `there is no layer ${layer}`, `choose 1 to ${layers.length}`);
}

/** The head to show, from 0, or undefined for the mean. @throws ERR_USAGE */
export function chosenHead(tensor: NamedTensor, { head }: Pick<InspectOptions, "head">): number | undefined {
  const count = tensor.axes[1]?.size ?? 0;
  if (head === undefined || head <= count) return head === undefined ? undefined : head - 1;
  throw usage("--head", `there is no head ${head}`, `choose 1 to ${count}`);
}

/** "decoder.1.cross.weights" -> "decoder.1.cross" */
export const placeOf = ({ path }: NamedTensor): string => path.slice(0, path.lastIndexOf("."));

/** "decoder.1.cross" -> "Decoder layer 2", "decoder.cross" -> "Decoder", "layers.0.attention" -> "Layer 1" */
export function layerName(place: string): string {
  const [, side, layer] = /^(encoder|decoder)?\.?(?:\w+\.)*?(\d+)?(?:\.\w+)?$/.exec(place) ?? [];
  const number = layer === undefined ? "" : `layer ${Number(layer) + 1}`;
  const name = `${side ?? ""} ${number}`.trim() || place;
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}

/** Each place with the expected token, its probability and the likeliest token. */
export const saidOf = ({ said }: Look) =>
  said.expected.map((expected, i) => ({
    expected,
    probability: Math.exp(said.logProbabilities[i] as number),
    likeliest: said.likeliest[i] as string,
  }));
