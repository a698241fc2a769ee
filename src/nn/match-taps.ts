import { heedError } from "../errors.ts";
import type { Value } from "../ir/value.ts";
import type { TapName } from "./taps.ts";

/** `weights`, or where it stands before it: `decoder.*.cross.weights`, `**.cross.weights`. */
export type TapPattern = TapName | "**" | `${string}.${TapName | "*" | "**"}`;

export interface MatchOptions {
  /** Fewer matches are an error. Default 1; 0 for a model that may have none. */
  readonly atLeast?: number;
}

/**
 * The taps whose path fits a pattern, in the model's order. In it `*` is any one name and `**` any number of them, none
 * as well.
 *
 * @throws ERR_GRAPH when there are fewer than `atLeast`; the message says which taps are near.
 */
export function matchTaps(
  taps: ReadonlyMap<string, Value>,
  pattern: TapPattern,
  { atLeast = 1 }: MatchOptions = {},
): (readonly [path: string, value: Value])[] {
  const wanted = pattern.split(".");
  const matches = [...taps].filter(([path]) => fits(path.split("."), wanted));
  if (matches.length >= atLeast) return matches;
  const problem =
    taps.size === 0
      ? `no tap is named "${pattern}", since nothing was called yet that has taps`
      : `${matches.length || "no"} tap${matches.length === 1 ? " is" : "s are"} named "${pattern}"; near are ${near([...taps.keys()], wanted)}`;
  throw heedError("ERR_GRAPH", { operation: "matchTaps", problem });
}

/** Where a tap stands, and its name: `decoder.1.cross`, `weights`. */
export function splitTap(path: string): [place: string, name: TapName] {
  const at = path.lastIndexOf(".");
  return [path.slice(0, Math.max(0, at)), path.slice(at + 1) as TapName];
}

function fits(path: readonly string[], [wanted, ...rest]: readonly string[]): boolean {
  if (wanted === undefined) return path.length === 0;
  if (wanted === "**") return path.some((_, i) => fits(path.slice(i), rest)) || fits([], rest);
  return path.length > 0 && (wanted === "*" || wanted === path[0]) && fits(path.slice(1), rest);
}

/** Up to five paths that share most names with what was wanted. */
function near(paths: readonly string[], wanted: readonly string[]): string {
  const shared = (path: string): number => path.split(".").filter((name) => wanted.includes(name)).length;
  return [...paths]
    .sort((a, b) => shared(b) - shared(a))
    .slice(0, 5)
    .join(", ");
}
