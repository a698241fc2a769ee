/** The page of the tests: answers on its own thread, or has a worker do it and counts how often it came round itself. */

import { names } from "virtual:every-subpath";
import * as heed from "heed";
import { openEngine } from "../../src/runtime/open-engine.web.ts";
import { requests } from "./requests.ts";

interface PageWorker {
  onmessage: (event: { readonly data: { readonly result?: unknown; readonly error?: string } }) => void;
  onerror: (event: { readonly message: string }) => void;
  postMessage(message: unknown): void;
  terminate(): void;
}
declare const Worker: new (url: URL, options: { readonly type: "module" }) => PageWorker;

function inWorker(name: keyof typeof requests, ...args: readonly unknown[]): Promise<unknown> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { result, error } }) => {
      worker.terminate();
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage({ name, args });
  });
}

/** The longest time in which the page could not do anything else while `work` ran, in ms. */
async function whileTicking<T>(work: () => Promise<T>): Promise<{ result: T; longestPause: number }> {
  let last = performance.now();
  let longestPause = 0;
  const tick = (): void => {
    longestPause = Math.max(longestPause, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(tick, 5);
  try {
    const result = await work();
    tick();
    return { result, longestPause };
  } finally {
    clearInterval(timer);
  }
}

Object.assign(globalThis, {
  page: { ...requests, inWorker, whileTicking, names, isHeedsOwn: heed.openEngine === openEngine },
});
