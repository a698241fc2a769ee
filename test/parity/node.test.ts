/** The same graphs on WASM, WebGPU and CUDA, in Node. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../src/runtime/engine.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { expectSameOps, expectSameTraining } from "./agreement.ts";
import { absentCuda, absentWebGpu } from "./gpus.ts";
import { type OpResult, opResults } from "./op-results.ts";
import { type ModelName, updates } from "./updates.ts";

const native = await openEngine("cpu");
const devices = [
  { device: "wasm", reason: undefined },
  { device: "webgpu", reason: absentWebGpu },
  { device: "cuda", reason: absentCuda },
] as const;
// Scan runs on the CPU beside a GPU, every step of it a copy there and back: too slow to repeat here.
const models: Readonly<Record<"wasm" | "webgpu" | "cuda", readonly ModelName[]>> = {
  wasm: ["transformer", "recurrent"],
  webgpu: ["transformer"],
  cuda: ["transformer"],
};
let expected: readonly OpResult[];

beforeAll(async () => {
  expected = await opResults(native);
});

describe.each(devices)("$device", ({ device, reason }) => {
  const skipped = reason ? ` (skipped: ${reason})` : "";
  const open = (): Promise<Engine> => openEngine(device);

  test.skipIf(reason)(
    `every op sample and its gradient agree with native${skipped}`,
    async () => {
      expectSameOps(await opResults(await open()), expected, device);
    },
    300_000,
  );

  // On a software GPU an update takes a second.
  const [count, counted] = device === "webgpu" ? ([3, "three"] as const) : ([10, "ten"] as const);
  test.skipIf(reason).each([...models[device]])(
    `${counted} updates of a %s agree with native${skipped}`,
    async (name) => {
      expectSameTraining(await updates(await open(), name, count), await updates(native, name, count));
    },
    300_000,
  );
});

test("the samples compared are nearly all there are", () => {
  expect(expected.length).toBeGreaterThan(140);
});
