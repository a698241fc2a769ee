/** A small translator, and `heed serve` as its own process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll } from "vitest";
import { config, errorOf, type Finished, heed, start, tsv } from "../cli/heed.ts";

type Folder = { readonly path: string; readonly write: (name: string, content: string) => string };

/** Trains a translator that a second suffices for. @returns its folder */
export async function smallTranslator({ path, write }: Folder, name: string, source = tsv): Promise<string> {
  const run = join(path, name);
  const pairs = write(`${name}.tsv`, source);
  const { status, stderr } = await heed(["train", write(`${name}.yaml`, config(pairs)), "--run", run]);
  if (status !== 0) throw new Error(stderr);
  return run;
}

/** The pairs with their sides exchanged. */
export const reversed = tsv.replace(/^(.*)\t(.*)$/gm, "$2\t$1");

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, if it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at all kinds of answers
  readonly json: any;
}

export interface Served {
  readonly address: string;
  readonly port: number;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it logged. */
  readonly log: () => string;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** The value of a metric, by the beginning of its line; 0 when it is not there. */
  readonly metric: (line: string) => Promise<number>;
}

/** Servers start in hooks, where no other hook can be registered: it is done here, once for each file that imports this. */
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** Starts a server, which ends with the tests. @throws what it said, when it ends at once */
export async function served(...args: string[]): Promise<Served> {
  const child = start("serve", ...args, "--port", "0");
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("exit", (status) => resolve(status));
  });
  children.push(child);
  const first = await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), ended]);
  if (!Array.isArray(first)) throw new Error(log);
  const address = String(first[0]).trim();
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${address}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  };
  const get: Served["get"] = (path, headers = {}) => ask(path, { headers });
  return {
    address,
    port: Number(new URL(address).port),
    child,
    ended,
    log: () => log,
    get,
    post: (path, body, headers = {}) =>
      ask(path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    metric: async (line) => {
      const { text } = await get("/metrics");
      return Number(
        text
          .split("\n")
          .find((each) => each.startsWith(line))
          ?.split(" ")
          .at(-1) ?? 0,
      );
    },
  };
}

/** What a server that does not start says, and its exit status. */
export async function refusedToServe(...args: string[]): Promise<{ status: number | null; error: string }> {
  const found: Finished = await heed(["serve", ...args]);
  return { status: found.status, error: errorOf(found) };
}

/** The process that computes for a server. */
export async function workerOf({ child }: Served): Promise<number> {
  const list = spawn("ps", ["--ppid", String(child.pid), "-o", "pid="], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  list.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await once(list, "close");
  return Number(text.trim().split(/\s+/)[0]);
}

/** Waits until something is true, and says how many milliseconds that took. */
export async function eventually(isTrue: () => Promise<boolean>, most = 20_000): Promise<number> {
  const began = performance.now();
  while (!(await isTrue())) {
    if (performance.now() - began > most) throw new Error(`not true after ${most} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - began;
}
