import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const root = join(import.meta.dirname, "../..");

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line from source, as its own process. */
export function start(...args: string[]): ChildProcessWithoutNullStreams {
  const command = ["--import", "tsx", join(root, "src/cli/heed.ts"), ...args];
  return spawn(process.execPath, command, { cwd: root, stdio: "pipe" });
}

export function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** Runs the command line to its end with `input` on standard input. */
export function heed(args: readonly string[], input: string | Uint8Array = ""): Promise<Finished> {
  const child = start(...args);
  child.stdin.on("error", () => undefined); // A command that fails early does not read.
  child.stdin.end(input);
  return finished(child);
}

/** The one line that a failed command says. */
export function errorOf({ stderr }: Finished): string {
  const lines = stderr.split("\n").filter((line) => line.startsWith("heed: error: "));
  if (lines.length !== 1) throw new Error(`${lines.length} error lines in:\n${stderr}`);
  return (lines[0] as string).slice("heed: error: ".length);
}

/** A folder for one test file, with a way to put files there; it goes when the tests are done. */
export function folder(): { path: string; write: (name: string, content: string | Uint8Array) => string } {
  const path = mkdtempSync(join(tmpdir(), "heed-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(path, name), content);
    return join(path, name);
  };
  return { path, write };
}

const words = {
  subjects: [
    ["the cat", "le chat"],
    ["the dog", "le chien"],
    ["the child", "l'enfant"],
    ["my father", "mon père"],
  ],
  verbs: [
    ["eats", "mange"],
    ["sees", "voit"],
    ["wants", "veut"],
  ],
  objects: [
    ["the bread", "le pain"],
    ["the apple", "la pomme"],
    ["the cake", "le gâteau"],
  ],
} as const;

/** 36 English-French sentences, one pair a line. */
export const tsv = words.subjects
  .flatMap(([s, s2]) =>
    words.verbs.flatMap(([v, v2]) => words.objects.map(([o, o2]) => `${s} ${v} ${o}\t${s2} ${v2} ${o2}\n`)),
  )
  .join("");

/** A model so small that training takes a second. */
export const config = (pairs: string): string => `
data: { train: { pairs: ${JSON.stringify(pairs)} }, valid: { pairs: ${JSON.stringify(pairs)} } }
tokenizer: { kind: word, vocab: 60 }
model: { layers: 1, dModel: 32, heads: 2, feedForward: 32, dropout: 0, norm: pre }
training: { batchTokens: 64, epochs: 12, learningRate: 0.01, warmup: 5, schedule: constant, validateEvery: 40, logEvery: 5 }
decoding: { beam: 2 }
`;
