import { heedError } from "../errors.ts";
import type { Value } from "../ir/value.ts";
import type { TapName } from "./taps.ts";

/** A tap's path, with wildcards: `weights`, `decoder.*.cross.weights`, `**.cross.weights`. */
export type TapPattern = TapName | "**" | `${string}.${TapName | "*" | "**"}`;

export interface MatchOptions {
  /** Fewer matches are an error. Default 1; 0 allows none. */
  readonly atLeast?: number;
}

/**
 * The taps whose path matches a pattern, in the model's order. `*` matches one name, `**` any number of names, including
 * none.
 *
 * @throws ERR_GRAPH when there are fewer than `atLeast`; the message lists similar taps.
 */
export function matchTaps(
  taps: ReadonlyMap<string, Value>,
  pattern: TapPattern,
  { atLeast = 1 }: MatchOptions = {},
): (readonly [path: string, value: Value])[] {
  const wanted = pattern.split(".");
  const matching = [...taps].filter(([path]) => matches(path.split("."), wanted));
  if (matching.length >= atLeast) return matching;
  const problem =
    taps.size === 0
      ? `no tap matches "${pattern}": nothing with taps has been called yet; call the model first`
      : `${matching.length || "no"} tap${matching.length === 1 ? " matches" : "s match"} "${pattern}"; similar are ${similar([...taps.keys()], wanted)}`;
  throw heedError("ERR_GRAPH", { operation: "matchTaps", problem });
}

/** Splits a tap's path into its place and its name: `decoder.1.cross`, `weights`. */
export function splitTap(path: string): [place: string, name: TapName] {
  const dot = path.lastIndexOf(".");
  return [path.slice(0, Math.max(0, dot)), path.slice(dot + 1) as TapName];
}

/** Whether a pattern matches the path of a weight, or one that it lies below: `encoder.*` holds all of the encoder. */
export function liesIn(path: string, pattern: string): boolean {
  const names = path.split(".");
  return names.some((_, i) => matches(names.slice(0, i + 1), pattern.split(".")));
}

function matches(path: readonly string[], [wanted, ...rest]: readonly string[]): boolean {
  if (wanted === undefined) return path.length === 0;
  if (wanted === "**") return path.some((_, i) => matches(path.slice(i), rest)) || matches([], rest);
  return path.length > 0 && (wanted === "*" || wanted === path[0]) && matches(path.slice(1), rest);
}

/** Up to five paths that share the most names with the pattern. */
function similar(paths: readonly string[], wanted: readonly string[]): string {
  const shared = (path: string): number => path.split(".").filter((name) => wanted.includes(name)).length;
  return [...paths]
    .sort((a, b) => shared(b) - shared(a))
    .slice(0, 5)
    .join(", ");
}
