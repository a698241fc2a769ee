import { existsSync } from "node:fs";
import { join } from "node:path";
import { fitToRun } from "../config/fit.ts";
import { flatten } from "../config/flat.ts";
import { parseConfig } from "../config/parse.ts";
import type { ConfiguredCell } from "../config/sweep.ts";
import { heedError } from "../errors.ts";
import type { Engine } from "../runtime/engine.ts";
import { readSmallText } from "./read-file.node.ts";
import type { RunResult } from "./records.ts";
import { readResult } from "./result.node.ts";
import type { RunEvents, RunOptions } from "./run-options.ts";
import { trainRun } from "./train-run.node.ts";

/** The outcome of a cell. */
export type CellOutcome =
  | { readonly kind: "trained" | "done before"; readonly directory: string; readonly result: RunResult }
  | { readonly kind: "failed"; readonly directory: string; readonly error: Error };

export interface SweepOptions {
  readonly cells: readonly ConfiguredCell[];
  /** Each cell's run goes below it, under the cell's name. */
  readonly directory: string;
  readonly engine: Engine;
  readonly signal?: AbortSignal;
  /** See `RunOptions`. */
  readonly tensorboard?: boolean;
  readonly cache?: RunOptions["cache"];
  /** Called before a cell is trained; returns the listeners of its run. */
  readonly onCell?: (cell: ConfiguredCell) => RunEvents;
  readonly onOutcome?: (cell: ConfiguredCell, outcome: CellOutcome) => void | Promise<void>;
}

/**
 * Trains one cell after the other. Finished cells are skipped, interrupted ones continue, and a failing one does not
 * stop the others.
 *
 * @returns false when a signal stopped it.
 */
export async function trainSweep(options: SweepOptions): Promise<boolean> {
  for (const cell of options.cells) {
    if (options.signal?.aborted) return false;
    const outcome = await trainCell(cell, options);
    if (!outcome) return false;
    await options.onOutcome?.(cell, outcome);
  }
  return true;
}

async function trainCell(
  cell: ConfiguredCell,
  { directory: parent, engine, signal, tensorboard = false, cache, onCell }: SweepOptions,
): Promise<CellOutcome | undefined> {
  const directory = join(parent, cell.name);
  const { config, given } = cell;
  try {
    const isStarted = hasBegun(directory, cell);
    const before = isStarted ? readResult(directory) : undefined;
    if (before) return { kind: "done before", directory, result: before };
    const events = onCell?.(cell) ?? {};
    const { reason } = await trainRun({
      config,
      given,
      directory,
      engine,
      resume: isStarted,
      tensorboard,
      cache,
      ...(signal ? { signal } : {}),
      ...events,
    });
    if (reason === "signal") return undefined;
    return { kind: "trained", directory, result: readResult(directory) as RunResult };
  } catch (error) {
    return { kind: "failed", directory, error: error as Error };
  }
}

/** Whether there is a run already. @throws ERR_CONFIG when its configuration differs from the cell's */
function hasBegun(directory: string, cell: ConfiguredCell): boolean {
  const file = join(directory, "config.yaml");
  if (!existsSync(file)) return false;
  const begun = parseConfig(readSmallText(file), file);
  const before = flatten(begun);
  const now = flatten(fitToRun(cell, begun));
  const keys = [...new Set([...before.keys(), ...now.keys()])];
  const changes = keys.flatMap((key) =>
    before.get(key) === now.get(key) ? [] : [`${key} was ${before.get(key)} and is ${now.get(key)}`],
  );
  if (changes.length === 0) return true;
  const remedy = "choose another --run, or remove this run";
  const cause = `holds a run with another configuration: ${changes.join(", ")}`;
  throw heedError("ERR_CONFIG", { where: directory, cause, remedy });
}
