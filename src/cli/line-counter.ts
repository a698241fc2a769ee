import type { Io } from "./io.ts";
import { clock } from "./progress.ts";

/** Work that takes less is not reported. */
const QUIET_MS = 2000;
const LINE_MS = 30_000;
const CLEAR = "\r\x1b[2K";

/**
 * Counts lines when the total is unknown: in place on a terminal, elsewhere as a line now and then. Silent when the
 * results themselves appear on the terminal.
 */
export function lineCounter(io: Io, title: string): { add: (lines: number) => void; end: () => void } {
  const began = performance.now();
  let done = 0;
  let shown = began;
  let isDrawn = false;
  return {
    add: (lines) => {
      done += lines;
      const now = performance.now();
      if (process.stdout.isTTY || now - began < QUIET_MS || (!io.terminal && now - shown < LINE_MS)) return;
      shown = now;
      const seconds = (now - began) / 1000;
      const text = `${title} ${done} lines, ${Math.round(done / seconds)} a second  ${clock(seconds)}`;
      if (io.terminal) io.terminal.write(CLEAR + text);
      else io.say(text);
      isDrawn = true;
    },
    end: () => {
      if (isDrawn) io.terminal?.write(CLEAR);
    },
  };
}
