import { expect, test } from "vitest";
import { atOnce, inTurns, unlessAborted, type Work } from "../src/work.ts";

function* counting(to: number, onStep?: (step: number) => void): Work<number> {
  for (let step = 1; step <= to; step++) {
    onStep?.(step);
    yield;
  }
  return to;
}

const busy = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

test("work comes to the same at once and in turns", async () => {
  expect(atOnce(counting(1000))).toBe(1000);
  expect(await inTurns(counting(1000))).toBe(1000);
});

test("timers are heard between turns", async () => {
  let heard = 0;
  const timer = setInterval(() => heard++, 1);
  await inTurns(counting(40, () => busy(10)));
  clearInterval(timer);
  expect(heard).toBeGreaterThan(2);
});

test("an aborted signal ends work with its reason, and unlessAborted with nothing", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  let steps = 0;
  const endless = (): Promise<number> =>
    inTurns(
      counting(Infinity, () => steps++),
      controller.signal,
    );
  expect(await unlessAborted(endless(), controller.signal)).toBeUndefined();
  expect(steps).toBeGreaterThan(0);
  await expect(endless()).rejects.toBe(controller.signal.reason);
});

test("another error is thrown on", async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(unlessAborted(Promise.reject(new Error("no")), controller.signal)).rejects.toThrow("no");
  await expect(inTurns(failing())).rejects.toThrow("not my fault");
});

// biome-ignore lint/correctness/useYield: it fails before it would
function* failing(): Work<void> {
  throw new Error("not my fault");
}
