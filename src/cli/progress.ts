import type { Io } from "./io.ts";

export interface Progress {
  /** Shows progress; `text` adds details such as loss and speed. */
  update(done: number, text: string): void;
  /** Writes a lasting line above the bar. */
  note(line: string): void;
  end(): void;
}

const WIDTH = 24;
const REDRAW_MS = 100;
const LINE_MS = 10_000;
const CLEAR = "\x1b[2K";
const UP = "\x1b[1A";

/**
 * Shows progress as a bar on a terminal, and as a plain line now and then elsewhere.
 *
 * @param above  On a terminal, a line shown above the bar.
 */
export function progress(io: Io, title: string, total: number, start = 0, above?: () => string): Progress {
  const { terminal } = io;
  const began = performance.now();
  let shown = Number.NEGATIVE_INFINITY;
  let last = "";

  const remaining = (done: number): string => {
    const elapsed = (performance.now() - began) / 1000;
    return done > start
      ? `${clock(elapsed)} / ${clock((elapsed * (total - start)) / (done - start))}`
      : clock(elapsed);
  };
  let isDrawn = false;
  const clear = (): void => {
    terminal?.write(isDrawn && above ? `\r${CLEAR}${UP}${CLEAR}` : `\r${CLEAR}`);
    isDrawn = false;
  };
  const draw = (): void => {
    const fitting = (line: string): string => line.slice(0, (terminal?.columns ?? 120) - 1);
    clear();
    terminal?.write(`${above ? `${fitting(above())}\n` : ""}${fitting(last)}`);
    isDrawn = true;
  };
  return {
    update: (done, text) => {
      const now = performance.now();
      const isLast = done >= total;
      if (now - shown < (terminal ? REDRAW_MS : LINE_MS) && !isLast) return;
      shown = now;
      const part = total > 0 ? Math.min(1, done / total) : 1;
      if (terminal) {
        last = `${title} ${bar(part)} ${percent(part)} ${text}  ${remaining(done)}`;
        draw();
      } else {
        io.say(`${title} ${percent(part)} ${text}  ${remaining(done)}`);
      }
    },
    note: (line) => {
      clear();
      io.say(line);
      if (last) draw();
    },
    end: () => {
      if (last) clear();
      last = "";
    },
  };
}

/** A bar filled to `part`, 0 to 1. */
export function bar(part: number): string {
  const filled = Math.round(part * WIDTH);
  return "█".repeat(filled) + "░".repeat(WIDTH - filled);
}

const percent = (part: number): string => `${Math.floor(part * 100)}%`.padStart(4);

/** 83 seconds -> "1:23" */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
