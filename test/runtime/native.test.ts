import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { HostArray } from "../../src/ir/dtype.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { physicalCores } from "../../src/runtime/threads.node.ts";
import { collectGarbage, info, linear, model, node, runOne } from "./small-models.ts";

test("the native engine keeps timers ticking during a long run", async () => {
  const engine = openNativeEngine();
  const n = 1024;
  const bytes = model({
    nodes: Array.from({ length: 8 }, (_, i) =>
      node("MatMul", [i ? `t${i - 1}` : "x", "x"], [i === 7 ? "y" : `t${i}`]),
    ),
    inputs: [info("x", "float32", n, n)],
    outputs: [info("y", "float32", n, n)],
  });
  const session = await engine.load(bytes, { threads: 1 });
  const x = engine.tensor("float32", [n, n]);
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 5);
  const begin = performance.now();
  await runOne(session, { x });
  const elapsed = performance.now() - begin;
  clearInterval(timer);
  session.close();
  expect(elapsed).toBeGreaterThan(40);
  expect(ticks).toBeGreaterThan(elapsed / 20);
});

test("a view of a native output stays valid when its tensor is dropped", async () => {
  const engine = openNativeEngine();
  const session = await engine.load(linear);
  const views: HostArray[] = [];
  for (let i = 0; i < 300; i++) {
    const x = engine.tensor("float32", [64, 3], new Float32Array(192).fill(i));
    views.push(await (await runOne(session, { x })).read());
  }
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const [i, view] of views.entries()) expect(view[126]).toBe(9 * i + 0.5);
  session.close();
});

test("the profile of a session names its kernels", async () => {
  const folder = mkdtempSync(join(tmpdir(), "heed-"));
  try {
    const engine = openNativeEngine();
    const session = await engine.load(linear, { profile: join(folder, "linear") });
    const x = engine.tensor("float32", [1, 3], Float32Array.of(1, 2, 3));
    await session.run(new Map([["x", x]]), new Map([["y", undefined]]));
    session.close();
    const [file = ""] = readdirSync(folder);
    expect(file).toMatch(/^linear.*\.json$/);
    const events = JSON.parse(readFileSync(join(folder, file), "utf8")) as { args?: { op_name?: string } }[];
    expect(events.map(({ args }) => args?.op_name)).toContain("Gemm");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the number of threads is at least one and at most what the process may use", () => {
  expect(physicalCores()).toBeGreaterThanOrEqual(1);
  expect(physicalCores()).toBeLessThanOrEqual(availableParallelism());
});
