import { openOutput, refuseInputAsOutput } from "../runs/output-file.node.ts";
import type { Io } from "./io.ts";
import { besidesOf } from "./part-reader.ts";
import { contents, type WholeJob, wholeJob } from "./whole-job.ts";

/** Writes what one process would have written. */
export async function mergeParts(folder: string, io: Io): Promise<number> {
  const parts = await wholeJob(folder, io);
  const [{ about, end }] = parts;
  if (about.command === "evaluate") {
    const { writeMergedScores } = await import("./merge-scores.ts");
    await writeMergedScores(parts, io);
  } else for (const content of contents(parts)) await io.write(content.toString());
  if (about.command === "translate" && about.options.attention !== undefined)
    writeBesides(String(about.options.attention), parts);
  if (about.command === "align" && parts[0].sums.gold) {
    const { writeMergedAlignment } = await import("./merge-scores.ts");
    await writeMergedAlignment(parts, io);
  }
  const what = about.command === "train --sweep" ? "cells" : "lines";
  io.say(`${parts.length} parts, ${end.lines} ${what}`);
  return 0;
}

/** Writes what the parts have for a second file. */
function writeBesides(path: string, parts: WholeJob): void {
  refuseInputAsOutput(
    path,
    parts.map((part) => part.path),
  );
  const output = openOutput(path);
  try {
    for (const content of contents(parts, besidesOf)) output.write(content);
  } finally {
    output.close();
  }
}
