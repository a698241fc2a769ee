/** Runs the built command line and watches the memory of its process. */
import { spawn } from "node:child_process";
import { createReadStream, readFileSync } from "node:fs";

export interface Watched {
  readonly seconds: number;
  /** Bytes of memory that the process held, and when, in seconds from its start. */
  readonly samples: readonly { readonly at: number; readonly bytes: number }[];
  readonly stdout: string;
  /** Lines of standard output, which is not kept when there are more than `kept`. */
  readonly lines: number;
  readonly stderr: string;
  /** When each line of standard error came, in seconds. */
  readonly said: readonly { readonly at: number; readonly line: string }[];
}

const EVERY_MS = 200;

/**
 * @param input  A file on its standard input.
 * @throws when the command fails, with what it said.
 */
export async function watched(
  args: readonly string[],
  { input, kept = 1000 }: { readonly input?: string; readonly kept?: number } = {},
): Promise<Watched> {
  const began = performance.now();
  const child = spawn(process.execPath, ["dist/cli/bin.cjs", ...args], { stdio: "pipe" });
  if (input) createReadStream(input).pipe(child.stdin);
  else child.stdin.end();
  const samples: { at: number; bytes: number }[] = [];
  const timer = setInterval(() => {
    const bytes = memoryOf(child.pid as number);
    if (bytes > 0) samples.push({ at: (performance.now() - began) / 1000, bytes });
  }, EVERY_MS);
  let [stdout, stderr, lines] = ["", "", 0];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    lines += text.split("\n").length - 1;
    if (lines <= kept) stdout += text;
  });
  const said: { at: number; line: string }[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    const at = (performance.now() - began) / 1000;
    for (const line of text.split("\n").filter((each) => each !== "")) said.push({ at, line });
  });
  const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearInterval(timer);
  if (status !== 0) throw new Error(`heed ${args.join(" ")} ended with ${status}: ${stderr}`);
  return { seconds: (performance.now() - began) / 1000, samples, stdout, lines, stderr, said };
}

/** Resident bytes of a process, on Linux; 0 once it is gone. */
function memoryOf(pid: number): number {
  try {
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

export const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

/** The highest memory in each tenth of the time, in MB. */
export function tenths({ samples, seconds }: Watched): number[] {
  return Array.from({ length: 10 }, (_, tenth) => {
    const within = samples.filter(({ at }) => Math.min(9, Math.floor((10 * at) / seconds)) === tenth);
    return megabytes(Math.max(0, ...within.map(({ bytes }) => bytes)));
  });
}
