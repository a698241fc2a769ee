import { existsSync, readFileSync } from "node:fs";
import { writeAtomically } from "./durable.node.ts";

interface LogLine {
  readonly kind?: string;
  readonly step?: number;
}

/**
 * Removes from a log what a resumed run will log again: steps and validations after those of the checkpoint, the
 * average that ended the run, and lines that were cut off when the process died.
 */
export function truncateLog(path: string, { step, validated }: { step: number; validated: number }): void {
  if (!existsSync(path)) return;
  const kept = readFileSync(path, "utf8")
    .split("\n")
    .filter((text) => {
      const line = parse(text);
      if (!line || line.kind === "average") return false;
      return (line.step ?? 0) <= (line.kind === "validation" ? validated : step);
    });
  writeAtomically(path, kept.map((text) => `${text}\n`).join(""));
}

function parse(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
