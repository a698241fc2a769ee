import { createHash } from "node:crypto";
import { basename, extname, join } from "node:path";
import { fittedKeys } from "../config/fit.ts";
import { printConfig } from "../config/print.ts";
import { type ConfiguredCell, configureCells, parseSweep } from "../config/sweep.ts";
import { HeedError, heedError } from "../errors.ts";
import { readSmallText } from "../runs/read-file.node.ts";
import type { RunEvents } from "../runs/run-options.ts";
import { type CellOutcome, trainSweep } from "../runs/train-sweep.node.ts";
import { validationText } from "../tasks/validation-text.ts";
import { escapeControls } from "../text/escape.ts";
import { quoted } from "../text/quoted.ts";
import { cachePlace } from "./cache-place.ts";
import { device } from "./device.ts";
import type { Io } from "./io.ts";
import { beginPart, refuseOtherCounts } from "./part-file.ts";
import { bar, clock } from "./progress.ts";
import { parseShard, type Shard } from "./shard.ts";
import { trainingProgress } from "./training-progress.ts";
import { version } from "./version.ts";

export interface SweepCommand {
  /** The text of the configuration that all cells share, and its file. */
  readonly text: string;
  readonly config: string;
  /** The file that lists what the cells differ in. */
  readonly sweep: string;
  readonly set: readonly string[];
  readonly shard?: string | undefined;
  readonly run?: string | undefined;
  readonly resume: boolean | string;
  readonly fromStep?: string | undefined;
  readonly allowChange: boolean;
  readonly device: string;
  readonly printConfig: boolean;
  readonly tensorboard: boolean;
  readonly cache?: string | undefined;
  readonly json: boolean;
}

/** Runs `heed train --sweep`. @returns the exit status of the first cell that failed, or 0 */
export async function sweep(command: SweepCommand, io: Io): Promise<number> {
  if (command.resume !== false || command.allowChange || command.fromStep !== undefined) {
    const cause = "a sweep always resumes its unfinished runs";
    const remedy = "leave out --resume, --from-step and --allow-change";
    throw heedError("ERR_USAGE", { where: "heed train --sweep", cause, remedy });
  }
  const cells = configureCells(parseSweep(readSmallText(command.sweep), command.sweep), command);
  if (command.printConfig) {
    for (const cell of cells)
      await io.writeLine(`--- # ${cell.name}\n${printConfig(cell.config, fittedKeys(cell)).trimEnd()}`);
    return 0;
  }
  const directory = command.run ?? join("runs", basename(command.sweep, extname(command.sweep)));
  const shard = command.shard === undefined ? undefined : parseShard(command.shard);
  if (shard) refuseOtherCounts(directory, shard);
  const own = shard ? cells.filter((_, at) => at % shard.count === shard.index - 1) : cells;
  const engine = await device(command.device, io);
  io.say(`device: ${engine.description}`);
  const progress = sweepProgress(io, own.length);
  const failures: Error[] = [];
  const results: string[] = [];
  const isComplete = await trainSweep({
    cells: own,
    directory,
    engine,
    signal: io.signal,
    tensorboard: command.tensorboard,
    cache: cachePlace(command.cache),
    onCell: progress.onCell,
    onOutcome: async (cell, outcome) => {
      progress.onOutcome(cell, outcome);
      if (outcome.kind === "failed") {
        failures.push(outcome.error);
        if (process.env.HEED_DEBUG) io.say(outcome.error.stack ?? "");
      } else {
        const { reason: _, ...result } = outcome.result;
        const { group, seed } = cell;
        const line = JSON.stringify({ cell: group, seed, run: outcome.directory, ...result });
        results.push(line);
        if (command.json) await io.writeLine(line);
      }
    },
  });
  progress.end();
  if (shard && isComplete && failures.length === 0) writeSweepPart(directory, shard, cells, results);
  io.say(`${own.length} cells: ${progress.counts()}`);
  io.say(
    isComplete
      ? `compare them: heed runs ${quoted(directory)}`
      : "stopped; run the same command again to continue",
  );
  const [failure] = failures;
  if (!failure) return 0;
  return failure instanceof HeedError ? failure.exit : 70;
}

/** Writes the results of a shard's cells, one block each, in place of those of an earlier start. */
function writeSweepPart(
  directory: string,
  shard: Shard,
  cells: readonly ConfiguredCell[],
  results: readonly string[],
): void {
  const configs = cells.map(({ name, config }) => [name, config]);
  const input = createHash("sha256").update(JSON.stringify(configs)).digest("hex");
  const part = beginPart(directory, shard, { command: "train --sweep", version, models: [], options: {} });
  try {
    for (const [i, line] of results.entries())
      part.block(shard.index - 1 + i * shard.count, 1, [`${line}\n`]);
    part.finish({ lines: cells.length, input });
  } finally {
    part.discard();
  }
}

interface SweepProgress {
  readonly onCell: (cell: ConfiguredCell) => RunEvents;
  readonly onOutcome: (cell: ConfiguredCell, outcome: CellOutcome) => void;
  readonly end: () => void;
  /** "3 trained, 1 failed" */
  readonly counts: () => string;
}

/** The whole sweep in one line above the run's bar, and a lasting line for each cell that ended. */
function sweepProgress(io: Io, total: number): SweepProgress {
  const began = performance.now();
  const done = { trained: 0, "done before": 0, failed: 0 };
  let name = "";
  /** How much of the current cell is done, 0 to 1. */
  let part = 0;
  let run: ReturnType<typeof trainingProgress> | undefined;

  const ended = (): number => done.trained + done["done before"] + done.failed;
  const line = (): string => {
    const elapsed = (performance.now() - began) / 1000;
    // Cells done before took no time now, and failed cells say little about the rest.
    const worked = done.trained + part;
    const left = (total - ended() - part) * (elapsed / worked);
    const time = worked > 0 ? `${clock(elapsed)} / ${clock(elapsed + left)}` : clock(elapsed);
    const failed = done.failed > 0 ? `, ${done.failed} failed` : "";
    return `sweep ${bar((ended() + part) / total)} ${ended() + 1} of ${total}${failed} ${name}  ${time}`;
  };
  return {
    onCell: (cell) => {
      name = cell.name;
      part = 0;
      if (!io.terminal) io.say(line());
      const progress = trainingProgress(io, line);
      run = progress;
      return {
        ...progress,
        onStep: (record) => {
          part = record.share;
          progress.onStep(record);
        },
      };
    },
    onOutcome: (cell, outcome) => {
      run?.end();
      run = undefined;
      part = 0;
      done[outcome.kind] += 1;
      io.say(`${cell.name}: ${describe(outcome)}`);
    },
    end: () => run?.end(),
    counts: () =>
      Object.entries(done)
        .filter(([, count]) => count > 0)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(", ") || "none finished",
  };
}

function describe(outcome: CellOutcome): string {
  if (outcome.kind === "failed") return `failed: ${escapeControls(outcome.error.message)}`;
  const { steps, seconds, valid } = outcome.result;
  const when = outcome.kind === "trained" ? `in ${(seconds / 60).toFixed(1)} minutes` : "done before";
  return `${steps} steps ${when}; validation ${validationText({ ...valid, loss: valid.loss ?? Number.NaN })}`;
}
