/** Hostile sizes, damaged models and full disks, against the command as it is built: docs/reliability.md names these tests. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.ts";
import { listCheckpoints, loadCheckpoint } from "../../src/runs/checkpoints.node.ts";
import { leastNeeded } from "../../src/runs/resources.node.ts";
import { bin } from "../built.ts";
import { config, errorOf, type Finished, finished, folder, start, tsv, until } from "../cli/heed.ts";

const { path, write } = folder();
const at = (name: string): string => join(path, name);
const configFile = write("config.yaml", config(write("pairs.tsv", tsv)).replace("epochs: 12", "epochs: 2"));
const input = "the cat eats the bread\n";

function heed(args: readonly string[], text = ""): Promise<Finished> {
  const child = start(...args);
  // Nobody reads it when the command refuses its arguments.
  child.stdin.on("error", () => undefined).end(text);
  return finished(child);
}

/** A copy of the trained run. */
function copy(name: string): string {
  fs.cpSync(at("run"), at(name), { recursive: true });
  return at(name);
}

/** A copy without checkpoints, whose model is another one. */
function withModel(name: string, change: (tensors: Map<string, NamedTensor>) => void): string {
  const run = copy(name);
  const file = join(run, "model.safetensors");
  const tensors = new Map(decodeSafetensors(fs.readFileSync(file), file));
  change(tensors);
  fs.writeFileSync(file, encodeSafetensors(tensors));
  return run;
}

function flipBit(run: string): void {
  const file = join(run, "model.safetensors");
  const bytes = fs.readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 2000) ^ 1, bytes.length - 2000);
  fs.writeFileSync(file, bytes);
}

beforeAll(async () => {
  const trained = await heed(["train", configFile, "--run", at("run")]);
  expect(trained.status, trained.stderr).toBe(0);
});

describe("a model whose numbers have changed", () => {
  test("by one bit is refused, and resuming writes it again from its checkpoint", async () => {
    const run = copy("flipped");
    flipBit(run);
    const refused = await heed(["translate", run], input);
    expect(refused.status).toBe(65);
    expect(errorOf(refused)).toMatch(/model\.safetensors: the model is damaged \(its sha256 has changed/);
    expect((await heed(["train", configFile, "--run", run, "--resume"])).status).toBe(0);
    const model = (name: string): Buffer => fs.readFileSync(join(at(name), "model.safetensors"));
    expect(model("flipped").equals(model("run"))).toBe(true);
  });

  test("to NaN, float64 or int32 is refused, naming each tensor", async () => {
    const nan = withModel("nan", (tensors) => {
      for (const { data } of tensors.values()) (data as Float32Array)[0] = Number.NaN;
    });
    const doubles = withModel("doubles", (tensors) => {
      for (const [name, { data, shape }] of tensors)
        tensors.set(name, { dtype: "float64", shape, data: Float64Array.from(data as Float32Array) });
    });
    for (const [run, says] of [
      [nan, /embed\.weight has numbers that are not finite/],
      [doubles, /embed\.weight is float64 and should be float32/],
    ] as const) {
      const refused = await heed(["translate", run], input);
      expect(refused.status).toBe(65);
      expect(errorOf(refused)).toMatch(says);
      expect(refused.stdout).toBe("");
    }
  });
});

describe("a run that goes on", () => {
  test("with an edited vocabulary is refused", async () => {
    const run = copy("edited");
    const file = join(run, "tokenizer.json");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("chien", "chaton"));
    const refused = await heed(["train", configFile, "--run", run, "--resume"]);
    expect(refused.status).toBe(65);
    expect(errorOf(refused)).toContain("its vocabulary or labels have been edited");
  });

  test("with another clipping norm records it, and loses what a killed save left", async () => {
    const run = copy("clipped");
    const [checkpoint] = listCheckpoints(run);
    fs.writeFileSync(join(checkpoint?.path ?? "", ".writing-1-left"), "");
    const more = ["--set", "training.epochs=3", "--set", "training.clip=2"];
    expect((await heed(["train", configFile, "--run", run, "--resume", ...more])).status).toBe(0);
    const newest = listCheckpoints(run).at(-1)?.path ?? "";
    expect(loadCheckpoint<{ changes: string[] }>(newest).state.changes).toEqual(
      expect.arrayContaining(["training.clip was 1 and is 2", "training.epochs was 2 and is 3"]),
    );
    expect(
      fs.readdirSync(run, { recursive: true }).filter((name) => `${name}`.includes(".writing-")),
    ).toEqual([]);
  });
});

describe("what has no bound", () => {
  test.each([
    ["model.layers=1e9", 78, /model\.layers.*<=1000/],
    ["model.dModel=1e9", 78, /model\.dModel.*<=65536/],
    ["model.dModel=65536", 78, /training needs at least [\d,.]+ MB of memory, and [\d,.]+ MB are available/],
  ])("--set %s is refused before anything is written", async (setting, status, says) => {
    const refused = await heed(["train", configFile, "--run", at("never"), "--set", setting]);
    expect(refused.status).toBe(status);
    expect(errorOf(refused)).toMatch(says);
    expect(fs.existsSync(at("never"))).toBe(false);
  });

  test.runIf(fs.existsSync("/dev/zero"))(
    "a device as configuration, a pipe or a folder as model",
    async () => {
      const endless = await heed(["train", "/dev/zero", "--run", at("never")]);
      expect([endless.status, errorOf(endless)]).toEqual([66, "/dev/zero: has more than 1000000 bytes"]);
      const pipe = copy("pipe");
      fs.rmSync(join(pipe, "model.safetensors"));
      execFileSync("mkfifo", [join(pipe, "model.safetensors")]);
      const directory = copy("directory");
      fs.rmSync(join(directory, "config.yaml"));
      fs.mkdirSync(join(directory, "config.yaml"));
      const vocabulary = copy("vocabulary");
      fs.rmSync(join(vocabulary, "tokenizer.json"));
      fs.mkdirSync(join(vocabulary, "tokenizer.json"));
      for (const run of [pipe, directory, vocabulary])
        expect((await heed(["translate", run], input)).status).toBe(66);
    },
  );

  test("a header of 60 MB is refused without being read", async () => {
    const run = copy("header");
    const header = Buffer.alloc(60_000_008, " ");
    header.writeBigUInt64LE(60_000_000n);
    header.write('{"', 8);
    fs.writeFileSync(join(run, "model.safetensors"), header);
    const refused = await heed(["translate", run], input);
    expect([refused.status, errorOf(refused)]).toEqual([
      65,
      expect.stringContaining("a header of 60000000 bytes"),
    ]);
  });

  test("a corpus that fills the memory is refused before the process ends", async () => {
    const corpus = write("short.tsv", "a b\tc d\n".repeat(2_000_000));
    const limits = { env: { ...process.env, NODE_OPTIONS: "--max-old-space-size=120" } };
    const args = [bin, "train", configFile, "--run", at("never"), "--set", `data.train.pairs=${corpus}`];
    const refused = await finished(spawn(process.execPath, args, { stdio: "pipe", ...limits }));
    expect([refused.status, errorOf(refused)]).toEqual([
      65,
      expect.stringContaining("does not fit into the"),
    ]);
  });

  test("a command line that ends ONNX Runtime is refused", async () => {
    const refused = await heed(["translate", at("run"), "--prefix", "le chat ".repeat(4000)], input);
    expect([refused.status, errorOf(refused)]).toEqual([64, expect.stringContaining("a command line of 32")]);
  });

  test("a path with a NUL character is an unreadable input", async () => {
    const refused = await heed([
      "train",
      configFile,
      "--run",
      at("never"),
      "--set",
      'data.train.pairs="a\\0b"',
    ]);
    expect([refused.status, errorOf(refused)]).toEqual([66, "a\\u{0}b: has a NUL character"]);
  });

  test.runIf(process.platform === "linux")("a directory as standard input is none", async () => {
    const folder = fs.openSync(path, "r");
    const child = spawn(process.execPath, [bin, "translate", at("run")], { stdio: [folder, "pipe", "pipe"] });
    const refused = await finished(child as ChildProcessWithoutNullStreams);
    fs.closeSync(folder);
    expect([refused.status, errorOf(refused)]).toEqual([66, "standard input: is a directory, not a file"]);
  });
});

test("a training counts the weights, gradients, moments and files that it takes at the least", () => {
  const training = { optimizer: "adamw", freeze: [], lora: undefined } as const;
  expect(leastNeeded(1000, training as never)).toEqual({ memory: 16_000, disk: 16_000 + 64_000 });
  for (const [optimizer, memory] of Object.entries({ adam: 16_000, muon: 12_000, sgd: 8000 }))
    expect(leastNeeded(1000, { ...training, optimizer } as never).memory).toBe(memory);
  expect(leastNeeded(1000, { ...training, freeze: ["encoder"] } as never).memory).toBe(4000);
});

describe("a signal", () => {
  test("ends a translator that waits for input", async () => {
    const child = start("translate", at("run"));
    const end = finished(child);
    child.stdin.write(input);
    let answered = false;
    child.stdout.once("data", () => {
      answered = true;
    });
    await until(() => answered, child);
    child.kill("SIGTERM");
    expect(await end).toMatchObject({ status: 143 });
  });

  test("that comes a second time ends a busy command at once", async () => {
    const child = start("train", configFile, "--run", at("busy"), "--set", "training.epochs=100000");
    const end = finished(child);
    await until(() => fs.existsSync(join(at("busy"), "checkpoints")), child);
    child.kill("SIGINT");
    child.kill("SIGINT");
    child.kill("SIGINT");
    await end;
    expect([child.exitCode, child.signalCode]).toEqual(child.signalCode ? [null, "SIGINT"] : [130, null]);
  });
});

test("a run's name is said without its control characters", async () => {
  const said = await heed(["train", configFile, "--run", at("red\u001b[31m\nnext: rm")]);
  expect(said.status).toBe(0);
  expect(said.stderr).not.toContain("\u001b");
  expect(said.stderr).toContain("red\\u{1b}[31m next: rm'");
});
