/** What becomes of a training in the page when the graphics card is lost, or the browser keeps nothing more. */
import { expect, test, vi } from "vitest";
import type { Engine } from "../../src/runtime/engine.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import type { TrainingEvent } from "../../studio/src/model/training-history.ts";
import { firstSetup, type Setup } from "../../studio/src/model/training-setup.ts";

const cpu = await openEngine("cpu");
/** Runs that the graphics card still makes. */
let runsLeft = 0;

/** A card that computes as the processor does, until it is lost. */
const card: Engine = {
  ...cpu,
  device: "webgpu",
  description: "webgpu (a card)",
  load: async (...args) => {
    const session = await cpu.load(...args);
    return {
      close: () => session.close(),
      run: async (...fed) => {
        if (runsLeft-- <= 0) throw new Error("the device is lost");
        return session.run(...fed);
      },
    };
  },
};

vi.mock("heed", () => ({ openEngine: async (device: string) => (device === "auto" ? card : cpu) }));
const kept: number[] = [];
let isFull = false;
vi.mock("../../studio/src/model/training-store.ts", () => ({
  keep: async ({ position }: { readonly position: { readonly step: number } }) => {
    if (isFull) throw new Error("the storage that the browser gives this page is full");
    kept.push(position.step);
  },
  loadKept: async () => undefined,
}));
vi.stubGlobal("navigator", {
  locks: { request: async (_: string, __: object, use: (lock: object) => unknown) => use({}) },
});
const { trainingRequests } = await import("../../studio/src/model/training-session.ts");

const pairs = Array.from({ length: 40 }, (_, i) => `a${i % 8} b${i % 5}\tB${i % 5} A${i % 8}`).join("\n");
const setup: Setup = {
  ...firstSetup,
  rung: "attention",
  size: "tiny",
  steps: 12,
  corpus: "pairs",
  own: pairs,
};

async function trained(runs: number): Promise<TrainingEvent[]> {
  runsLeft = runs;
  const events: TrainingEvent[] = [];
  await trainingRequests.open(setup, (event) => events.push(event));
  expect(await trainingRequests.run()).toBe("finished");
  trainingRequests.close();
  return events;
}

const lossesOf = (events: readonly TrainingEvent[]): number[] =>
  events.flatMap((event) => (event.kind === "update" ? [event.update.loss] : []));

test("a lost card: the training goes on elsewhere, from its last slice, and says why", async () => {
  const whole = await trained(Number.POSITIVE_INFINITY);
  const moved = await trained(40);
  const devices = moved.flatMap((event) => (event.kind === "opened" ? [event.device] : []));
  expect(devices).toEqual([card.description, `${cpu.description}: WebGPU failed, the device is lost`]);
  expect(lossesOf(moved).slice(-12)).toEqual(lossesOf(whole));
  expect(kept.at(-1)).toBe(12);
});

test("full storage: the training goes on, and says why it is not kept", async () => {
  isFull = true;
  const events = await trained(Number.POSITIVE_INFINITY);
  expect(lossesOf(events)).toHaveLength(12);
  expect(events).toContainEqual({
    kind: "saved",
    step: 12,
    fault: "the storage that the browser gives this page is full",
  });
});
