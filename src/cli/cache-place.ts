import type { RunOptions } from "../runs/run-options.ts";

/** The value of `--cache`. */
export const cachePlace = (value: string | undefined): RunOptions["cache"] =>
  value === "off" ? false : { folder: value };
