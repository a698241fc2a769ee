/** What is written goes where its name leads, and nothing that is another's is written over. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";
import { writeFolder } from "../../src/formats/folder.node.ts";
import { createRunDirectory, refuseForeign } from "../../src/runs/directory.node.ts";
import { openOutput, refuseInputAsOutput, writeOutput } from "../../src/runs/output-file.node.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "heed-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const read = (name: string): string => fs.readFileSync(at(name), "utf8");

function errorOf(action: () => unknown): HeedError {
  try {
    action();
  } catch (error) {
    if (error instanceof HeedError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("an output", () => {
  test("is a new file, or takes the place of one with its permissions", () => {
    writeOutput(at("page"), "new");
    expect(read("page")).toBe("new");
    fs.chmodSync(at("page"), 0o640);
    writeOutput(at("page"), "newer");
    expect(read("page")).toBe("newer");
    expect(fs.statSync(at("page")).mode & 0o777).toBe(0o640);
    expect(fs.readdirSync(folder)).toEqual(["page"]);
  });

  test("through a link changes what the link leads to, not the link", () => {
    fs.mkdirSync(at("elsewhere"));
    fs.writeFileSync(at("elsewhere/page"), "old and longer");
    fs.symlinkSync("elsewhere/page", at("link"));
    writeOutput(at("link"), "new");
    expect(fs.lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(read("elsewhere/page")).toBe("new");
  });

  test("through a link to nothing makes what it leads to", () => {
    fs.symlinkSync("page", at("link"));
    writeOutput(at("link"), "new");
    expect(fs.lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(read("page")).toBe("new");
  });

  test("with a second name is the same file under both", () => {
    fs.writeFileSync(at("one"), "old and longer");
    fs.linkSync(at("one"), at("two"));
    writeOutput(at("one"), "new");
    expect(read("two")).toBe("new");
  });

  test.runIf(fs.existsSync("/dev/null"))("to a device goes into it", () => {
    fs.symlinkSync("/dev/null", at("nothing"));
    writeOutput(at("nothing"), "new");
    expect(fs.statSync(at("nothing")).isCharacterDevice()).toBe(true);
    expect(fs.readdirSync(folder)).toEqual(["nothing"]);
  });

  test.runIf(fs.existsSync("/dev/full"))("to a device that is full is ERR_IO, and the device stays", () => {
    fs.symlinkSync("/dev/full", at("full"));
    expect(errorOf(() => writeOutput(at("full"), "new"))).toMatchObject({ code: "ERR_IO", exit: 74 });
    expect(fs.lstatSync(at("full")).isSymbolicLink()).toBe(true);
  });

  test.runIf(fs.existsSync("/dev/null"))("to a pipe is read at its other end", async () => {
    const made = spawn("mkfifo", [at("pipe")]);
    await once(made, "close");
    const reader = spawn("cat", [at("pipe")]);
    const heard = text(reader.stdout);
    writeOutput(at("pipe"), "through the pipe");
    expect(await heard).toBe("through the pipe");
    expect(fs.statSync(at("pipe")).isFIFO()).toBe(true);
  });

  test("that is a directory is ERR_CREATE", () => {
    fs.mkdirSync(at("directory"));
    for (const write of [() => writeOutput(at("directory"), ""), () => openOutput(at("directory"))])
      expect(errorOf(write)).toMatchObject({ code: "ERR_CREATE", exit: 73 });
  });

  test("bit by bit is whole", () => {
    const output = openOutput(at("lines"));
    output.write("one\n");
    output.write("two\n");
    output.close();
    expect(read("lines")).toBe("one\ntwo\n");
  });
});

describe("an output that is also an input", () => {
  test("is refused, whatever name or descriptor it is read by", () => {
    writeOutput(at("test.tsv"), "a\tb\n");
    fs.symlinkSync(at("test.tsv"), at("link"));
    const file = fs.openSync(at("test.tsv"), "r");
    for (const input of [at("test.tsv"), at("link"), file]) {
      const error = errorOf(() => refuseInputAsOutput(at("test.tsv"), [undefined, input]));
      expect(error.exit).toBe(73);
      expect(error.message).toContain("is also read by this command, and would be overwritten");
    }
    fs.closeSync(file);
    expect(read("test.tsv")).toBe("a\tb\n");
  });

  test("is not what does not exist yet, another file, or a device", () => {
    writeOutput(at("one"), "");
    writeOutput(at("two"), "");
    refuseInputAsOutput(at("one"), [at("two"), at("none")]);
    refuseInputAsOutput(at("none"), [at("none")]);
    refuseInputAsOutput("/dev/null", ["/dev/null"]);
  });
});

describe("the directory of a run", () => {
  test.each<[string, readonly string[]]>([
    ["an exported model", ["model.safetensors", "config.json", "tokenizer.json"]],
    ["somebody's project", ["config.yaml", "train.tsv"]],
    ["a picture", ["cat.png"]],
  ])("is not %s", (_, names) => {
    for (const name of names) fs.writeFileSync(at(name), name);
    const error = errorOf(() => refuseForeign(folder));
    expect(error).toMatchObject({ code: "ERR_CREATE", exit: 73 });
    expect(error.message).toMatch(/holds files that are not a run of `heed train`.*; choose another --run/);
    expect(fs.readdirSync(folder).sort()).toEqual([...names].sort());
  });

  test("is not that of a model whose checkpoints are gone", () => {
    createRunDirectory(folder);
    fs.writeFileSync(at("model.safetensors"), "");
    expect(errorOf(() => refuseForeign(folder)).message).toMatch(/a trained model but no checkpoint/);
  });

  test("may be new, empty, or one where a run has begun", () => {
    refuseForeign(at("new"));
    refuseForeign(folder);
    fs.writeFileSync(at(".gitkeep"), "");
    refuseForeign(folder);
    createRunDirectory(folder);
    fs.writeFileSync(at("config.yaml"), "");
    refuseForeign(folder);
  });

  test("is tried with a file of a name that no link has", () => {
    fs.writeFileSync(at("precious"), "precious");
    fs.symlinkSync("precious", at(".writing-probe"));
    createRunDirectory(folder);
    expect(read("precious")).toBe("precious");
  });

  test.runIf(fs.existsSync("/proc/self"))("where nobody can make one is ERR_CREATE at once", async () => {
    expect(errorOf(() => createRunDirectory("/proc/x/y"))).toMatchObject({ code: "ERR_CREATE", exit: 73 });
    const files = new Map([["model", new Uint8Array(1)]]);
    await expect(writeFolder("/proc/x/y", files)).rejects.toMatchObject({ code: "ERR_CREATE" });
  });
});
