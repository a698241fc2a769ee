/** The page's side of browser.ts. */
import { openEngine } from "../../src/runtime/open-engine.web.ts";
import { openStepOn, type Size } from "../train-step/step-on.ts";

let step: Awaited<ReturnType<typeof openStepOn>> | undefined;

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
      step = await openStepOn(engine, size, dropout);
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
