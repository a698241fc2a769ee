import type { Io } from "./io.ts";
import { contents, wholeJob } from "./whole-job.ts";

/** Writes what one process would have written. */
export async function mergeParts(folder: string, io: Io): Promise<number> {
  const parts = await wholeJob(folder, io);
  const [{ about, end }] = parts;
  if (about.command === "evaluate") {
    const { writeMergedScores } = await import("./merge-scores.ts");
    await writeMergedScores(parts, io);
  } else for (const content of contents(parts)) await io.write(content.toString());
  if (about.command === "align" && parts[0].sums.gold) {
    const { writeMergedAlignment } = await import("./merge-scores.ts");
    await writeMergedAlignment(parts, io);
  }
  const what = about.command === "train --sweep" ? "cells" : "lines";
  io.say(`${parts.length} parts, ${end.lines} ${what}`);
  return 0;
}
