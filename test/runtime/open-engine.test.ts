import { existsSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { input } from "../../src/ir/leaf.ts";
import { add } from "../../src/ops/elementwise.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";

describe("openEngine", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("opens the native engine on the CPU", async () => {
    for (const device of ["auto", "cpu"] as const) {
      expect(await openEngine(device)).toMatchObject({ name: "native", device: "cpu" });
    }
  });

  test("obeys HEED_RUNTIME", async () => {
    vi.stubEnv("HEED_RUNTIME", "node");
    expect(await openEngine()).toMatchObject({ name: "node", device: "cpu" });
    vi.stubEnv("HEED_RUNTIME", "native");
    expect(await openEngine()).toMatchObject({ name: "native", device: "cpu" });
    vi.stubEnv("HEED_RUNTIME", "fast");
    await expect(openEngine()).rejects.toMatchObject({
      code: "ERR_CONFIG",
      message: 'HEED_RUNTIME: there is no runtime "fast"; use "native" or "node", or leave it unset',
    });
  });

  test("says what it chose", async () => {
    const threads = String.raw`\d+ threads?`;
    expect((await openEngine()).description).toMatch(
      new RegExp(String.raw`^cpu \(native ONNX Runtime \d+\.\d+\.\d+, ${threads}\)$`),
    );
    expect((await openEngine("wasm")).description).toMatch(
      new RegExp(String.raw`^wasm \(onnxruntime-web \d+\.\d+\.\d+, ${threads}\)$`),
    );
    vi.stubEnv("HEED_RUNTIME", "node");
    expect((await openEngine()).description).toMatch(
      new RegExp(String.raw`^cpu \(onnxruntime-node \d+\.\d+\.\d+, ${threads}\)$`),
    );
  });

  test("leaves no timer behind that would keep Node from ending", async () => {
    await openEngine("wasm");
    expect((await import("onnxruntime-web")).env.wasm.initTimeout).toBe(0);
  });

  test("leaves the event loop its turns while it computes in WASM", async () => {
    const engine = await openEngine("wasm");
    const x = input("x", "float32", ["n"]);
    const run = await compile({ engine, outputs: { y: add(x, x) } });
    let isOver = false;
    const turn = new Promise<number>((resolve) => {
      let runs = 0;
      setImmediate(() => {
        isOver = true;
        resolve(runs);
      });
      void (async () => {
        for (; !isOver && runs < 1000; runs++)
          (await run({ x: { shape: [1], data: Float32Array.of(1) } })).y.dispose();
      })();
    });
    expect(await turn).toBeLessThan(1000);
    run.close();
  });

  test("refuses a device that this system has not, and names those it may have", async () => {
    const device = process.platform === "darwin" ? "dml" : "coreml";
    await expect(openEngine(device)).rejects.toMatchObject({
      code: "ERR_CONFIG",
      exit: 78,
      message: expect.stringMatching(
        `^device: "${device}" is not part of ONNX Runtime on \\w+; use one of auto, cpu, wasm, webgpu`,
      ),
    });
  });

  test.skipIf(process.platform !== "linux" || existsSync("/dev/nvidia0"))(
    "refuses a device whose hardware or libraries are not here (skipped: not Linux, or there is an NVIDIA card)",
    async () => {
      await expect(openEngine("cuda")).rejects.toMatchObject({
        code: "ERR_CONFIG",
        exit: 78,
        message: expect.stringMatching(
          /^device: "cuda" is not available; set HEED_ONNXRUNTIME to a library built for it, or use another device \(onnxruntime cuda: Failed to load library /,
        ),
      });
    },
  );

  test("falls back with one line of warning when the library cannot be loaded", async () => {
    vi.stubEnv("HEED_ONNXRUNTIME", "/nowhere/libonnxruntime.so.1");
    const lines: string[] = [];
    const engine = await openEngine("auto", { onWarning: (line) => lines.push(line) });
    expect(engine.name).toBe("node");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^the native runtime cannot be loaded; using onnxruntime-node, which is slower: /,
    );
    expect(lines[0]).toContain("/nowhere/libonnxruntime.so.1");
    expect(lines[0]).not.toContain("\n");
    vi.stubEnv("HEED_RUNTIME", "native");
    await expect(openEngine()).rejects.toMatchObject({ code: "ERR_RUNTIME" });
  });
});
