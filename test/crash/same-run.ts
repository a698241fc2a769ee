import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** Seconds and speeds: no two runs have the same. */
const TIMES = /"(seconds|tokensPerSecond)":\s*[\d.e+-]+,?\s*/g;
/** Times, and sentences of the best validation that the last process saw: they need only be there. */
const isOwn = (name: string): boolean => ["timings.jsonl", "report.html"].includes(basename(name));

function filesOf(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return names.filter((name) => statSync(join(directory, name)).isFile());
}

function contentOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  if (isOwn(path)) return "";
  const bytes = readFileSync(path, "latin1");
  return basename(path) === "result.json" ? bytes.replaceAll(TIMES, "") : bytes;
}

/** Files in which two runs differ, byte by byte but for times; one that only one of them has counts too. */
export function differences(run: string, whole: string): string[] {
  const names = new Set([...filesOf(run), ...filesOf(whole)]);
  return [...names].filter((name) => contentOf(join(run, name)) !== contentOf(join(whole, name))).sort();
}
