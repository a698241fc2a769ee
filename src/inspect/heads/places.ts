import type { TaskName } from "../../config/families/family.ts";
import type { Value } from "../../ir/value.ts";
import { matchTaps, splitTap } from "../../nn/match-taps.ts";

/** What an attention reads: its own sequence, its own sequence up to itself, or another one. */
export type AttentionKind = "self" | "causal" | "cross";

/** One attention of a model, with one head or several. */
export interface AttentionPlace {
  /** `decoder.1.cross`: where its taps are. */
  readonly path: string;
  readonly kind: AttentionKind;
  readonly heads: number;
  /** The size of a head's output. */
  readonly dValue: number;
  /** "decoder 2 cross": layers are numbered from 1. */
  readonly name: string;
}

/** One head of one attention. */
export interface HeadPlace {
  readonly place: AttentionPlace;
  /** From 0. */
  readonly head: number;
  /** "decoder 2 cross 3": layers and heads are numbered from 1. */
  readonly name: string;
}

/** The attentions of a model that has been called, in its order; none where a model has no attention. */
export function attentionPlaces(taps: ReadonlyMap<string, Value>, task: TaskName): AttentionPlace[] {
  return matchTaps(taps, "**.weights", { atLeast: 0 }).map(([tapped, weights]) => {
    const [path] = splitTap(tapped);
    const dValue = taps.get(`${path}.heads`)?.shape[3] as number;
    return { path, kind: kindOf(path, task), heads: weights.shape[1] as number, dValue, name: nameOf(path) };
  });
}

/** All heads of some attentions, in order. */
export const headPlaces = (places: readonly AttentionPlace[]): HeadPlace[] =>
  places.flatMap((place) =>
    Array.from({ length: place.heads }, (_, head) => ({ place, head, name: `${place.name} ${head + 1}` })),
  );

function kindOf(path: string, task: TaskName): AttentionKind {
  if (path.endsWith("cross")) return "cross";
  if (task === "generate") return "causal";
  return task === "classify" || path.startsWith("encoder.") ? "self" : "causal";
}

/** `encoder.0.attention` -> "encoder 1 self"; `layers.3.attention` -> "layer 4"; `decoder.cross` -> "decoder cross". */
function nameOf(path: string): string {
  return path
    .replace(/^layers\.(\d+)\.attention$/, (_, layer) => `layer ${Number(layer) + 1}`)
    .replace(/attention$/, "self")
    .replaceAll(/\.(\d+)(?=\.)/g, (_, layer) => ` ${Number(layer) + 1}`)
    .replaceAll(".", " ");
}
