/** Weights and moments stay on the GPU between steps, and come back from it unharmed. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { input, parameter } from "../../src/ir/leaf.ts";
import { add, mul, sum } from "../../src/ops/index.ts";
import { compile, toNumber } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { GpuMemory } from "../../src/runtime/gpu-memory.ts";
import { JavaScriptTensor } from "../../src/runtime/javascript-tensor.ts";
import { NativeGpu } from "../../src/runtime/native-gpu.node.ts";
import { NativeGpuTensor } from "../../src/runtime/native-gpu-tensor.node.ts";
import { openOnnxRuntimeNodeEngine } from "../../src/runtime/onnxruntime-node.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { requireAvailable } from "../../src/runtime/probe.ts";
import { createState, readEntries } from "../../src/runtime/state.ts";
import type { TrainingStep } from "../../src/training/step.ts";
import { batchOf, openTinyStep } from "../training/tiny.ts";
import { tolerances } from "./agreement.ts";
import { absentWebGpu } from "./gpus.ts";

const skipped = absentWebGpu ? ` (skipped: ${absentWebGpu})` : "";
const patience = 240_000;

/** How often something went up to the GPU and came down, as both runtimes do it. */
interface Traffic {
  readonly up: () => number;
  readonly down: () => number;
}

const runtimes: readonly [string, () => Promise<Engine>, () => Traffic][] = [
  [
    "native",
    () => openEngine("webgpu"),
    () => {
      const copy = vi.spyOn(NativeGpu.prototype, "copy");
      const to = (place: string): number => copy.mock.calls.filter(([, where]) => where === place).length;
      return { up: () => to("device"), down: () => to("host") };
    },
  ],
  [
    "onnxruntime-node",
    () => requireAvailable(openOnnxRuntimeNodeEngine("webgpu")),
    () => {
      const upload = vi.spyOn(GpuMemory.prototype, "upload");
      const download = vi.spyOn(GpuMemory.prototype, "download");
      return { up: () => upload.mock.calls.length, down: () => download.mock.calls.length };
    },
  ],
];

const isOnHost = (tensor: unknown): boolean =>
  !(tensor instanceof JavaScriptTensor || tensor instanceof NativeGpuTensor) || tensor.isOnHost;

afterEach(() => vi.restoreAllMocks());

describe.skipIf(absentWebGpu).each(runtimes)(`state on the GPU, %s${skipped}`, (_, open, watch) => {
  test.each([1, 2])(
    "goes up once, and nothing of it comes down while training (%i batches an update)",
    async (accumulate) => {
      const traffic = watch();
      const step = await openTinyStep({ engine: await open(), accumulate, clip: 1, dropout: 0.1 });
      const batches = [batchOf(0, 1), batchOf(2, 3)].slice(0, accumulate);
      await step.run(1, 0.01, batches);
      expect(traffic.up()).toBe(step.state.names.length);
      for (let i = 2; i <= 4; i++) await step.run(i, 0.01, batches);
      expect(traffic.up()).toBe(step.state.names.length);
      expect(traffic.down()).toBe(0);
      const onHost = step.state.names.filter((name) => isOnHost(step.state.current(name)));
      expect(onHost).toEqual([]);
      step.close();
    },
    patience,
  );

  test("is given back: 200 updates of 2 MiB do not grow the process", { timeout: patience }, async () => {
    const engine = await open();
    const w = parameter("w", "float32", [1024, 512]);
    const state = createState(engine, [["w", { dtype: "float32", shape: [1024, 512] }]]);
    const rate = input("rate", "float32", []);
    const step = await compile({
      ...{ engine, state, outputs: { total: sum(w) } },
      updates: new Map([[w, add(mul(w, 0.5), rate)]]),
    });
    const run = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) (await step({ rate: 1 })).total.dispose();
    };
    await run(20);
    const before = process.memoryUsage.rss();
    await run(200);
    const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
    expect(grown).toBeLessThan(100); // All kept it would be 400.
    const { total } = await step({ rate: 1 });
    expect(await toNumber(total)).toBeCloseTo(2 ** 20, 0);
    step.close();
    state.dispose();
  });

  test("may outlive every session", { timeout: patience }, async () => {
    const engine = await open();
    const w = parameter("w", "float32", [1024, 64]);
    for (let i = 0; i < 5; i++) {
      const state = createState(engine, [["w", { dtype: "float32", shape: [1024, 64] }]]);
      const step = await compile({
        ...{ engine, state, outputs: { total: sum(w) } },
        updates: new Map([[w, add(w, 1)]]),
      });
      (await step()).total.dispose();
      step.close();
      expect((await state.read("w")).data[0]).toBe(1);
      state.dispose();
    }
  });

  test("is read, written and read again to the bit, and goes on", { timeout: patience }, async () => {
    const engine = await open();
    const first = await openTinyStep({ engine });
    for (let i = 1; i <= 3; i++) await first.run(i, 0.01, [batchOf(i, i + 1, i + 2)]);
    const saved = await readEntries(first.state, [...first.weights, ...first.moments]);
    const { loss } = await first.run(4, 0.01, [batchOf(7, 8)]);
    first.close();

    const resume = async (step: TrainingStep): Promise<number> => {
      for (const [name, { data }] of saved) step.state.write(name, data);
      const again = await readEntries(step.state, [...saved.keys()]);
      expect(again).toEqual(saved);
      const resumed = await step.run(4, 0.01, [batchOf(7, 8)]);
      step.close();
      return resumed.loss;
    };
    expect(Math.abs((await resume(await openTinyStep({ engine }))) - loss)).toBeLessThan(tolerances.losses);
    expect(Math.abs((await resume(await openTinyStep())) - loss)).toBeLessThan(tolerances.losses);
  });
});
