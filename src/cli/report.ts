import { HeedError } from "../errors.ts";
import { type Io, ReaderGone, Stopped } from "./io.ts";
import { systemFault } from "./system-fault.ts";

/** Reports an error in one line. @returns the exit status */
export function report(error: unknown, io: Io): number {
  if (error instanceof ReaderGone) return 0;
  if (error instanceof Stopped) return error.status;
  const known = error instanceof HeedError ? error : systemFault(error);
  const text =
    known?.message ?? `internal: ${String((error as Error)?.message ?? error)}; please report this`;
  io.say(`heed: error: ${text}`);
  if (process.env.HEED_DEBUG) for (const line of ((error as Error)?.stack ?? "").split("\n")) io.say(line);
  return known?.exit ?? 70;
}
