/** The servers that are measured, each as its own process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const bin = join(import.meta.dirname, "../../dist/cli/bin.cjs");

export interface Server {
  readonly address: string;
  /** Resident megabytes of the server, and of the process that computes for it if there is one. */
  readonly resident: () => readonly number[];
  /** Asks it to end. @returns its exit status */
  readonly end: () => Promise<number | null>;
}

/** They end with this process, however that ends. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

async function started(child: ChildProcess): Promise<Server> {
  running.add(child);
  child.once("exit", () => running.delete(child));
  if (!child.stdout) throw new Error("its output is needed");
  const ended = once(child, "exit");
  const first = await Promise.race([once(child.stdout, "data"), ended.then(() => undefined)]);
  if (first === undefined) throw new Error("the server ended before it listened");
  return {
    address: String(first[0]).trim(),
    resident: () => [child.pid, ...childrenOf(child.pid)].map(residentMegabytes),
    end: async () => {
      child.kill("SIGTERM");
      const [status] = await ended;
      return status as number | null;
    },
  };
}

/** `heed serve`, as it is built, without a cache: a load repeats its lines. */
export function startHeed(run: string, ...options: string[]): Promise<Server> {
  const args = [bin, "serve", run, "--port", "0", "--cache", "0", "--log", "silent", ...options];
  return started(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }));
}

/** CTranslate2 behind the same route. @param folder  What `heed export` made of the same run. */
export function startCTranslate2(python: string, folder: string, threads: number): Promise<Server> {
  const args = ["bench/peers/ctranslate2_server.py", folder, String(threads)];
  const env = { OMP_WAIT_POLICY: "passive", ...process.env };
  return started(spawn(python, args, { env, stdio: ["ignore", "pipe", "inherit"] }));
}

const childrenOf = (pid = 0): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

const residentMegabytes = (pid = 0): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
