/** The page's side of browser.ts. */
import { openEngine } from "../../src/runtime/open-engine.web.ts";
import { openHeedStep, type Size } from "../train-step/heed-step.ts";

let step: Awaited<ReturnType<typeof openHeedStep>> | undefined;

Object.assign(globalThis, {
  page: {
    open: async (
      device: "wasm" | "webgpu",
      threads: number,
      size: Size,
      dropout: number,
    ): Promise<string> => {
      step?.close();
      const engine = await openEngine(device, { threads });
      step = await openHeedStep(engine, size, dropout);
      return engine.description;
    },
    /** Milliseconds of each of `times` steps. */
    run: async (times: number): Promise<number[]> => {
      const spent: number[] = [];
      for (let i = 0; i < times; i++) spent.push((await step?.run()) ?? 0);
      return spent;
    },
  },
});
