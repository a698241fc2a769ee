import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { runCommand } from "../../src/cli/main.ts";
import { bin } from "../built.ts";

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line here, in the process of the tests, with `input` on standard input. */
export async function heed(args: readonly string[], input: string | Uint8Array = ""): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  const write = async (text: string): Promise<void> => {
    stdout += text;
  };
  const io: Io = {
    stdin: bytesOf(input),
    write,
    writeLine: (line) => write(`${line}\n`),
    say: (line) => {
      stderr += `${line}\n`;
    },
    terminal: undefined,
    signal: new AbortController().signal,
    unsaved: (step) => step(),
  };
  const status = await runCommand(args, io);
  return { status, stdout, stderr };
}

async function* bytesOf(input: string | Uint8Array): AsyncGenerator<Uint8Array> {
  if (input.length > 0) yield Buffer.from(input);
}

/** Starts the command line as its own process, as it was built: for signals, closed pipes and whatever else needs one. */
export function start(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [bin, ...args], { stdio: "pipe" });
}

/** What a process that was started printed until its end. @throws when it could not be started. */
export function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** Waits until something is true of what a process does. @throws what the process said, when it ends before. */
export async function until(isTrue: () => boolean, child: ChildProcess): Promise<void> {
  let said = "";
  child.stderr?.on("data", (text: string | Buffer) => {
    said += text;
  });
  while (!isTrue()) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the process ended with ${child.exitCode ?? child.signalCode}: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
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
