/** Thousands of runs leave nothing behind: no memory, no handles. */
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { NativeMemory } from "../../src/runtime/native-tensor.node.ts";
import { bundledLibrary, loadOrtApi, type OrtApi } from "../../src/runtime/ort-api.node.ts";
import { collectGarbage, linear, runOne } from "./small-models.ts";

const TIMEOUT = 60_000;
const MIB = 2 ** 20;

/** Resident memory when everything that nothing refers to has been freed. */
async function resident(): Promise<number> {
  for (let i = 0; i < 2; i++) {
    collectGarbage();
    await setTimeout(10);
  }
  return process.memoryUsage().rss;
}

/** Bytes by which resident memory grew from the first fifth of the runs to the last. */
async function growth(times: number, run: (i: number) => Promise<void>): Promise<number> {
  let before = 0;
  for (let i = 0; i < times; i++) {
    if (i === times / 5) before = await resident();
    await run(i);
  }
  return (await resident()) - before;
}

/** An output has 16 KiB: 8,000 of them would be 128 MiB. */
const ROWS = 2048;

test(
  "10,000 runs with tensors made and disposed do not grow",
  async () => {
    const engine = openNativeEngine();
    const session = await engine.load(linear, { threads: 1 });
    const data = new Float32Array(ROWS * 3);
    const grown = await growth(10_000, async () => {
      const x = engine.tensor("float32", [ROWS, 3], data);
      const y = await runOne(session, { x });
      await y.read();
      y.dispose();
      x.dispose();
    });
    session.close();
    expect(grown).toBeLessThan(24 * MIB);
  },
  TIMEOUT,
);

test(
  "2,000 runs whose tensors are only dropped do not grow",
  async () => {
    const engine = openNativeEngine();
    const session = await engine.load(linear, { threads: 1 });
    const grown = await growth(2_000, async (i) => {
      await (await runOne(session, { x: engine.tensor("float32", [ROWS, 3]) })).read();
      if (i % 100 === 0) await resident();
    });
    session.close();
    expect(grown).toBeLessThan(16 * MIB);
  },
  TIMEOUT,
);

test(
  "150 sessions opened and closed do not grow",
  async () => {
    const engine = openNativeEngine();
    const grown = await growth(150, async () => {
      const session = await engine.load(linear, { threads: 2 });
      const x = engine.tensor("float32", [2, 3]);
      (await runOne(session, { x })).dispose();
      x.dispose();
      session.close();
    });
    expect(grown).toBeLessThan(16 * MIB);
  },
  TIMEOUT,
);

test("every handle is released, of tensors that were disposed and of tensors that were dropped", async () => {
  const api = loadOrtApi(bundledLibrary());
  const held = new Set<bigint>();
  const create: OrtApi["createTensorWithDataAsOrtValue"] = Object.assign(
    (...args: Parameters<OrtApi["createTensorWithDataAsOrtValue"]>) => {
      const status = api.createTensorWithDataAsOrtValue(...args);
      held.add((args.at(-1) as BigUint64Array)[0] as bigint);
      return status;
    },
    { async: api.createTensorWithDataAsOrtValue.async },
  );
  const memory = new NativeMemory({
    ...api,
    createTensorWithDataAsOrtValue: create,
    releaseValue: (value) => {
      expect(held.delete(value)).toBe(true);
      api.releaseValue(value);
    },
  });
  const wrap = (i: number): void => {
    const tensor = memory.wrap("float32", [4, 4]);
    if (i % 2 === 0) tensor.dispose();
  };
  for (let i = 0; i < 200; i++) wrap(i);
  expect(held.size).toBeGreaterThan(0);
  expect(held.size).toBeLessThanOrEqual(100);
  await resident();
  expect(held.size).toBe(0);
});
