import { statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { availableMemory } from "node:process";
import type { Config } from "../config/schema.ts";
import { heedError } from "../errors.ts";
import { build, type Layer } from "../nn/layer.ts";

type Training = Pick<Config["training"], "optimizer" | "freeze" | "lora" | "ema">;

/** Bytes of a float32. */
const FLOAT = 4;
/** Numbers that an optimiser remembers for each weight, at the least: SGD may have no momentum. */
const MOMENTS = { adamw: 2, adam: 2, muon: 1, sgd: 0 } as const;
/** Logs, a report and a vocabulary. */
const OTHER_FILES = 64_000;

/**
 * Refuses a training that cannot succeed, before its first update: counts the least it takes, so that nothing is refused that
 * might have fitted.
 *
 * @param corpus  Bytes that the data takes beside the model. Default 0: what is read into memory is there already.
 * @throws ERR_CONFIG when weights, gradients and the optimiser's state, and what stays of a large corpus, exceed the memory that
 *   is available; ERR_IO when the first checkpoint and the model exceed the free space of the disk.
 */
export function refuseWithoutRoom(
  model: Layer<unknown>,
  training: Training,
  directory: string,
  corpus = 0,
): void {
  const { memory, disk } = leastNeeded(parametersOf(model), training);
  const available = availableMemory();
  if (memory + corpus > available) {
    const part = corpus > 0 ? ` (${megabytes(corpus)} for the lengths of the pairs)` : "";
    const needed = `${megabytes(memory + corpus)} of memory${part}`;
    const cause = `training needs at least ${needed}, and ${megabytes(available)} are available`;
    const remedy = "set a smaller model.dModel, model.layers or tokenizer.vocab";
    throw heedError("ERR_CONFIG", { where: directory, cause, remedy });
  }
  const free = freeSpace(directory);
  if (disk <= free) return;
  const cause = `a checkpoint and the model need ${megabytes(disk)}, and ${megabytes(free)} are free`;
  throw heedError("ERR_IO", { where: directory, cause, remedy: "free some space or choose another --run" });
}

/** Bytes that a model takes at the least: while it trains, and for its first checkpoint beside its file. */
export function leastNeeded(
  parameters: number,
  { optimizer, freeze, lora, ema }: Training,
): { readonly memory: number; readonly disk: number } {
  // How many weights patterns leave to train is not counted.
  const trained = lora || freeze.length > 0 ? 0 : parameters;
  const moments = MOMENTS[optimizer] * trained;
  const live = ema === undefined ? 0 : trained;
  return {
    memory: FLOAT * (parameters + trained + moments + live),
    disk: FLOAT * (2 * parameters + moments + live) + OTHER_FILES,
  };
}

function parametersOf(model: Layer<unknown>): number {
  const sizes = [...build(model).parameters.values()].map(({ spec }) =>
    spec.shape.reduce((product, size) => product * size, 1),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Free bytes where a directory is or will be; Infinity where the system does not say. */
function freeSpace(directory: string): number {
  try {
    const { bavail, bsize, blocks } = statfsSync(directory);
    return blocks === 0 ? Infinity : bavail * bsize;
  } catch {
    const above = dirname(resolve(directory));
    return above === resolve(directory) ? Infinity : freeSpace(above);
  }
}

const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
