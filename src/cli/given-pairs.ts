import { readPairs } from "../data/pairs.node.ts";
import { heedError } from "../errors.ts";

/** Where a command reads sentence pairs from: one file or two. */
export interface GivenPairs {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly pairs?: string | undefined;
}

/** @throws ERR_USAGE for neither, or both */
export function givenPairs(
  command: string,
  { source, target, pairs }: GivenPairs,
): AsyncIterable<{ source: string; target: string }> {
  if (pairs !== undefined && source === undefined && target === undefined) return readPairs({ pairs });
  if (pairs === undefined && source !== undefined && target !== undefined)
    return readPairs({ source, target });
  const cause = "no sentence pairs, or two sorts of them";
  throw heedError("ERR_USAGE", { where: command, cause, remedy: "give --pairs, or --source and --target" });
}
