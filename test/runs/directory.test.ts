/** Checkpoints that appear whole or not at all, whatever fails, and what is left of them when bytes rot. */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HeedError } from "../../src/errors.ts";
import { encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.ts";
import {
  type Checkpoint,
  listCheckpoints,
  loadCheckpoint,
  newestCheckpoint,
  saveCheckpoint,
  validatedCheckpoints,
} from "../../src/runs/checkpoints.node.ts";
import { createRunDirectory, removeTemporaries } from "../../src/runs/directory.node.ts";
import { appendLine, writeAtomically, writeAtomicallyMeanwhile } from "../../src/runs/durable.node.ts";

// Every function of node:fs asks first whether it may still work.
const ask = vi.hoisted((): { before: ((call: string) => void) | undefined } => ({ before: undefined }));
vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const wrapped = Object.entries(real).map(([name, member]) => {
    if (typeof member !== "function" || !name.endsWith("Sync")) return [name, member];
    const call = (...args: unknown[]): unknown => {
      ask.before?.(name);
      return (member as (...args: unknown[]) => unknown)(...args);
    };
    return [name, call];
  });
  const writeFile: typeof fs.promises.writeFile = async (...args) => {
    ask.before?.("writeFile");
    return real.promises.writeFile(...args);
  };
  return { ...Object.fromEntries(wrapped), promises: { ...real.promises, writeFile } };
});

let run: string;
beforeEach(() => {
  run = fs.mkdtempSync(join(tmpdir(), "heed-"));
});
afterEach(() => {
  ask.before = undefined;
  fs.rmSync(run, { recursive: true, force: true });
});

interface State {
  readonly position: { readonly epoch: number };
}

const tensor = (value: number): NamedTensor => ({
  dtype: "float32",
  shape: [2],
  data: Float32Array.of(value, -value),
});

const checkpoint = (step: number, value = step): Checkpoint<State> => ({
  step,
  model: new Map([["weight", tensor(value)]]),
  optimizer: new Map([["optimizer.m.weight", tensor(value / 2)]]),
  state: { position: { epoch: step } },
});

const save = (step: number, { keep = 5, interim = false, value = step } = {}): Promise<string> => {
  const { model, optimizer, ...rest } = checkpoint(step, value);
  const encoded = { ...rest, model: encodeSafetensors(model), optimizer: encodeSafetensors(optimizer) };
  return saveCheckpoint(run, encoded, { keep, interim });
};
const stepsOf = (found: readonly { step: number }[]): number[] => found.map(({ step }) => step);

function newest(): { step: number | undefined; warnings: string[]; found: Checkpoint<State> | undefined } {
  const warnings: string[] = [];
  const found = newestCheckpoint<State>(run, (message) => warnings.push(message));
  return { step: found?.step, warnings, found };
}

function errorOf(action: () => unknown): HeedError {
  try {
    action();
  } catch (error) {
    if (error instanceof HeedError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a checkpoint", () => {
  test("comes back as it was saved", async () => {
    const path = await save(12);
    expect(path).toBe(join(run, "checkpoints", "step-00000012"));
    expect(fs.readdirSync(path).sort()).toEqual(["model.safetensors", "optimizer.safetensors", "state.json"]);
    expect(loadCheckpoint(path)).toEqual(checkpoint(12));
    expect(newest()).toMatchObject({ step: 12, warnings: [] });
  });

  test("of equal content has equal bytes", async () => {
    const read = (path: string): string[] =>
      fs.readdirSync(path).map((name) => fs.readFileSync(join(path, name), "latin1"));
    const first = read(await save(1));
    fs.rmSync(join(run, "checkpoints"), { recursive: true });
    expect(read(await save(1))).toEqual(first);
  });

  test("may be saved again with other weights", async () => {
    await save(3);
    expect(loadCheckpoint(await save(3, { value: 7 }))).toEqual(checkpoint(3, 7));
  });

  test("leaves no temporaries", async () => {
    await save(1);
    await save(1, { value: 2 });
    expect(fs.readdirSync(join(run, "checkpoints"))).toEqual(["step-00000001"]);
    expect(fs.readdirSync(run)).toEqual(["checkpoints"]);
  });

  test("is the newest by its step, whatever the clock said", async () => {
    await save(9);
    const late = await save(10);
    await save(100_000_000);
    fs.utimesSync(late, 4e9, 4e9);
    expect(stepsOf(listCheckpoints(run))).toEqual([9, 10, 100_000_000]);
    expect(newest().step).toBe(100_000_000);
  });

  test("there is none in a new directory, or in none", () => {
    expect(newest()).toEqual({ step: undefined, warnings: [], found: undefined });
    expect(listCheckpoints(join(run, "none"))).toEqual([]);
  });
});

describe("what is kept", () => {
  test("the last ones", async () => {
    for (let step = 1; step <= 6; step++) await save(step, { keep: 3 });
    expect(stepsOf(listCheckpoints(run))).toEqual([4, 5, 6]);
  });

  test("one at least", async () => {
    await save(1, { keep: 0 });
    await save(2, { keep: 0 });
    expect(stepsOf(listCheckpoints(run))).toEqual([2]);
  });

  test("interim ones until the next validated one, counting for nothing", async () => {
    await save(1, { keep: 2 });
    await save(2, { keep: 2 });
    await save(3, { keep: 2, interim: true });
    expect(stepsOf(listCheckpoints(run))).toEqual([1, 2, 3]);
    expect(stepsOf(validatedCheckpoints(run))).toEqual([1, 2]);
    await save(4, { keep: 2 });
    expect(stepsOf(listCheckpoints(run))).toEqual([2, 4]);
  });

  test("an interim one that is validated later stays", async () => {
    await save(1, { interim: true });
    await save(1);
    expect(stepsOf(validatedCheckpoints(run))).toEqual([1]);
    await save(2);
    expect(stepsOf(listCheckpoints(run))).toEqual([1, 2]);
  });

  test("anything newer, and anything that is no checkpoint", async () => {
    for (const step of [1, 2, 8]) await save(step);
    fs.mkdirSync(join(run, "checkpoints", "step-best"));
    await save(3, { keep: 1 });
    expect(stepsOf(listCheckpoints(run))).toEqual([3, 8]);
    expect(fs.existsSync(join(run, "checkpoints", "step-best"))).toBe(true);
  });

  test("whole ones, not damaged ones in their place", async () => {
    for (const step of [1, 2, 3]) await save(step);
    fs.writeFileSync(join(run, "checkpoints", "step-00000003", "state.json"), "{");
    await save(4, { keep: 2 });
    expect(stepsOf(listCheckpoints(run))).toEqual([2, 4]);
  });

  test("all, while one cannot be read: it may be an interim one", async () => {
    for (const step of [1, 2, 3]) await save(step, { interim: step === 3 });
    const state = join(run, "checkpoints", "step-00000003", "state.json");
    fs.rmSync(state);
    fs.mkdirSync(state);
    await expect(save(4, { keep: 2 })).rejects.toMatchObject({ code: "ERR_IO", exit: 74 });
    expect(stepsOf(listCheckpoints(run))).toEqual([1, 2, 3, 4]);
    expect(newest().step).toBe(4);
  });
});

const files = ["model.safetensors", "optimizer.safetensors", "state.json"] as const;

describe("a damaged checkpoint", () => {
  const damages: readonly [string, (file: string) => void][] = [
    ["cut off", (file) => fs.truncateSync(file, fs.statSync(file).size - 9)],
    ["empty", (file) => fs.writeFileSync(file, "")],
    ["missing", (file) => fs.rmSync(file)],
    [
      "a directory",
      (file) => {
        fs.rmSync(file);
        fs.mkdirSync(file);
      },
    ],
    ["another step's", (file) => fs.copyFileSync(file.replace("step-00000002", "step-00000001"), file)],
  ];
  const cases = files.flatMap((name) => damages.map(([what, damage]) => ({ name, what, damage })));

  test.each(cases)(
    "whose $name is $what gives way to the one before, with one warning",
    async ({ name, what, damage }) => {
      await save(1);
      damage(join(await save(2), name));
      if (name === "state.json" && what === "another step's") {
        // The weights are not the ones its checksums speak of.
        expect(errorOf(() => loadCheckpoint(join(run, "checkpoints/step-00000002"))).message).toMatch(
          /sha256/,
        );
      }
      const { found, warnings } = newest();
      expect(found).toEqual(checkpoint(1));
      expect(warnings).toHaveLength(1);
      const isUnread = name === "state.json" && what === "a directory";
      const cause = isUnread ? "cannot be read" : "damaged";
      expect(warnings[0]).toMatch(new RegExp(`step-00000002.*${cause}.*continuing from step 1$`));
    },
  );

  test("without another one is an error naming the file", async () => {
    await save(1);
    const file = join(await save(2), "model.safetensors");
    fs.truncateSync(file, 20);
    fs.rmSync(join(run, "checkpoints/step-00000001/state.json"));
    const error = errorOf(newest);
    expect(error.code).toBe("ERR_MODEL");
    expect(error.exit).toBe(65);
    expect(error.message).toContain(file);
  });

  test.each(files)(
    "with a bit of any byte of its %s changed is not taken for what it was not",
    async (name) => {
      const file = join(await save(1), name);
      const bytes = fs.readFileSync(file);
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ (1 << ((5 * at) & 7));
        fs.writeFileSync(file, changed);
        try {
          // Only the checksum's own name can change without harm.
          expect(loadCheckpoint<State>(join(run, "checkpoints/step-00000001"))).toMatchObject(checkpoint(1));
          expect(name).toBe("state.json");
          expect(changed.toString("latin1")).not.toContain('"checksum"');
        } catch (error) {
          if (!(error instanceof HeedError)) throw error;
          expect(error.code).toBe("ERR_MODEL");
          expect(error.message).toContain(file.replace(name, ""));
        }
      }
    },
  );

  test.each(["null", "3", "[]", '{"step":"1"}', '{"step":1}'])(
    "whose state is %s is refused",
    async (state) => {
      const path = await save(1);
      fs.writeFileSync(join(path, "state.json"), state);
      expect(errorOf(() => loadCheckpoint(path)).code).toBe("ERR_MODEL");
      expect(await save(2)).toContain("step-00000002");
    },
  );
});

/** Runs `action` again and again, the n-th time with its n-th file operation failing; ends when none fails. */
async function atEveryCall(
  action: () => unknown,
  {
    lasting,
    prepare,
    after,
  }: { lasting: boolean; prepare: () => unknown; after: (thrown: unknown, call: string) => void },
): Promise<number> {
  for (let n = 0; ; n++) {
    await prepare();
    let count = 0;
    let failed = "";
    let thrown: unknown;
    ask.before = (call) => {
      const fails = lasting ? count >= n : count === n;
      count++;
      // Closing and asking whether a file exists do not fail in ways that the caller hears of.
      if (!fails || call === "existsSync" || (!lasting && call === "closeSync")) return;
      failed ||= `${call}, call ${n}`;
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    };
    try {
      await action();
    } catch (error) {
      thrown = error;
    }
    ask.before = undefined;
    if (count <= n) return n;
    if (failed) after(thrown, failed);
  }
}

describe("a save that fails", () => {
  const prepare = async (): Promise<void> => {
    fs.rmSync(join(run, "checkpoints"), { recursive: true, force: true });
    await save(1, { keep: 2 });
    await save(2, { keep: 2 });
  };

  test("at any file operation says so or completes, and the last good checkpoint stays", async () => {
    const calls = await atEveryCall(() => save(3, { keep: 2 }), {
      lasting: false,
      prepare,
      after: (thrown, call) => {
        const { step, warnings } = newest();
        expect(warnings, call).toEqual([]);
        if (thrown === undefined) expect(step, call).toBe(3);
        else {
          expect(thrown, call).toBeInstanceOf(HeedError);
          expect(thrown, call).toMatchObject({ code: "ERR_IO", exit: 74 });
          expect((thrown as HeedError).message).toMatch(/checkpoints.*ENOSPC.*; /);
          expect([2, 3], call).toContain(step);
        }
        expect(fs.readdirSync(join(run, "checkpoints")).filter((name) => name.startsWith("."))).toEqual([]);
      },
    });
    expect(calls).toBeGreaterThan(20);
  });

  test("because the process dies or the disk is gone, leaves the old or the new one; the next start cleans up", async () => {
    const seen = new Set<number | undefined>();
    await atEveryCall(() => save(3, { keep: 2 }), {
      lasting: true,
      prepare,
      after: (thrown, call) => {
        expect(thrown, call).toBeInstanceOf(HeedError);
        expect(thrown, call).toMatchObject({ code: "ERR_IO" });
        const { step, warnings } = newest();
        expect(warnings, call).toEqual([]);
        expect([2, 3], call).toContain(step);
        seen.add(step);
        removeTemporaries(run);
        expect(fs.readdirSync(join(run, "checkpoints")).filter((name) => name.startsWith("."))).toEqual([]);
      },
    });
    expect([...seen].sort()).toEqual([2, 3]);
  });

  test("while it marks a checkpoint as validated, leaves it readable", async () => {
    await atEveryCall(() => save(2, { keep: 2 }), {
      lasting: true,
      prepare: async () => {
        fs.rmSync(join(run, "checkpoints"), { recursive: true, force: true });
        await save(2, { interim: true });
      },
      after: (_, call) => {
        expect(newest(), call).toMatchObject({ step: 2, warnings: [] });
        removeTemporaries(run);
      },
    });
  });
});

describe("a file written atomically", () => {
  const path = (): string => join(run, "model.safetensors");

  test.each([
    ["at once", writeAtomically],
    ["meanwhile", (to: string, text: string) => writeAtomicallyMeanwhile(to, Buffer.from(text))],
  ] as const)("%s is the old or the new one, whenever the process dies", async (_, write) => {
    const seen = new Set<string>();
    await atEveryCall(() => write(path(), "new"), {
      lasting: true,
      prepare: () => writeAtomically(path(), "old"),
      after: () => {
        seen.add(fs.readFileSync(path(), "utf8"));
        removeTemporaries(run);
        expect(fs.readdirSync(run)).toEqual(["model.safetensors"]);
      },
    });
    expect([...seen].sort()).toEqual(["new", "old"]);
  });

  test("as a control: one written in place can be neither", async () => {
    const seen = new Set<string>();
    await atEveryCall(
      () => {
        const file = fs.openSync(path(), "w");
        fs.writeSync(file, "ne");
        fs.writeSync(file, "w");
      },
      {
        lasting: true,
        prepare: () => fs.writeFileSync(path(), "old"),
        after: () => seen.add(fs.readFileSync(path(), "utf8")),
      },
    );
    expect([...seen]).toEqual(["old", "", "ne"]);
  });

  test("that cannot be written is ERR_IO with the reason and nothing left behind", () => {
    const error = errorOf(() => writeAtomically(join(run, "none", "file"), "text"));
    expect(error.code).toBe("ERR_IO");
    expect(error.message).toMatch(/none\/file: cannot save \(ENOENT\); /);
    expect(fs.readdirSync(run)).toEqual([]);
  });

  test("written in pieces by the system is whole", () => {
    const content = "x".repeat(1000);
    writeAtomically(path(), content);
    expect(fs.readFileSync(path(), "utf8")).toBe(content);
  });
});

describe("a run directory", () => {
  test("is made with all above it and writable", () => {
    createRunDirectory(join(run, "deep", "er"));
    expect(fs.readdirSync(join(run, "deep", "er"))).toEqual(["checkpoints"]);
  });

  test("where a file stands is ERR_CREATE", () => {
    fs.writeFileSync(join(run, "file"), "");
    const error = errorOf(() => createRunDirectory(join(run, "file")));
    expect(error.code).toBe("ERR_CREATE");
    expect(error.exit).toBe(73);
    expect(error.message).toMatch(/file: cannot write here \(\w+\); choose another --run/);
  });

  test("that is read-only is ERR_CREATE", () => {
    ask.before = (call) => {
      if (call === "writeFileSync") throw Object.assign(new Error("read-only"), { code: "EROFS" });
    };
    expect(errorOf(() => createRunDirectory(run)).message).toMatch(/cannot write here \(EROFS\)/);
  });

  test("loses only temporaries when it is cleaned", async () => {
    await save(1);
    fs.mkdirSync(join(run, "checkpoints", ".writing-1-2"));
    fs.writeFileSync(join(run, "checkpoints", ".writing-1-2", "model.safetensors"), "x");
    fs.writeFileSync(join(run, ".writing-1-abc"), "x");
    fs.writeFileSync(join(run, "notes.txt"), "x");
    removeTemporaries(run);
    expect(fs.readdirSync(run).sort()).toEqual(["checkpoints", "notes.txt"]);
    expect(fs.readdirSync(join(run, "checkpoints"))).toEqual(["step-00000001"]);
  });

  test("has a log that grows by whole lines, or says ERR_IO", () => {
    const log = join(run, "metrics.jsonl");
    appendLine(log, "1");
    appendLine(log, "2");
    expect(fs.readFileSync(log, "utf8")).toBe("1\n2\n");
    expect(errorOf(() => appendLine(join(run, "none", "log"), "1")).code).toBe("ERR_IO");
  });
});
