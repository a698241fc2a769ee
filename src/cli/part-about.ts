import { hashFiles } from "../data/files.node.ts";
import type { HostTensor } from "../runtime/state.ts";
import { modelHash } from "./model-hash.ts";
import type { PartAbout } from "./part-file.ts";
import { version } from "./version.ts";

export interface AskedOf {
  readonly command: string;
  readonly runs: readonly { readonly weights: ReadonlyMap<string, HostTensor> }[];
  readonly options: object;
  /** Options that name what is compared by its content: runs, and files that belong to the input. */
  readonly without: readonly string[];
  /** Further files, compared by their content. */
  readonly files?: readonly (string | undefined)[];
}

/** What is written into each part of a job, to tell whether parts belong together. */
export async function partAbout({
  command,
  runs,
  options,
  without,
  files = [],
}: AskedOf): Promise<PartAbout> {
  const left = new Set(["run", "shard", "parts", ...without]);
  const named = files.flatMap((file) => file ?? []);
  const content = named.length > 0 ? { files: await hashFiles(named) } : {};
  const kept = Object.entries(options).filter(([name, value]) => !left.has(name) && value !== undefined);
  return {
    command,
    version,
    models: runs.map(modelHash),
    options: { ...Object.fromEntries(kept), ...content },
  };
}
