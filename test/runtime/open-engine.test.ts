import { afterEach, describe, expect, test, vi } from "vitest";
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
      message: 'HEED_RUNTIME: there is no runtime "fast"; use "native", "node" or leave it unset',
    });
  });

  test("refuses a device that is not there", async () => {
    await expect(openEngine("cuda")).rejects.toMatchObject({
      code: "ERR_CONFIG",
      message: 'device: "cuda" is not available in Node; use "auto", "cpu", "wasm" or "webgpu"',
    });
  });

  test("falls back with one line of warning when the library cannot be loaded", async () => {
    vi.stubEnv("HEED_ONNXRUNTIME", "/nowhere/libonnxruntime.so.1");
    const lines: string[] = [];
    const engine = await openEngine("auto", { onWarning: (line) => lines.push(line) });
    expect(engine.name).toBe("node");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^the native runtime cannot be loaded, onnxruntime-node stands in, slower: /);
    expect(lines[0]).toContain("/nowhere/libonnxruntime.so.1");
    expect(lines[0]).not.toContain("\n");
    vi.stubEnv("HEED_RUNTIME", "native");
    await expect(openEngine()).rejects.toMatchObject({ code: "ERR_RUNTIME" });
  });
});
