/** Batches of many clients: who is served when, and what is given up. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { fairQueue } from "../../src/server/fair-queue.ts";
import { Fault } from "../../src/server/fault.ts";
import { margin } from "../../src/server/margin.ts";
import {
  type Asking,
  createScheduler,
  type Group,
  type SchedulerOptions,
} from "../../src/server/scheduler.ts";
import { measuredThroughput } from "../../src/server/throughput.ts";
import type { Done, WorkerProcess } from "../../src/server/worker-process.ts";

/** A worker that records its batches and answers when it is told to. */
function fakeWorker() {
  const batches: {
    texts: readonly string[];
    cancelled: Set<number>;
    finish: () => void;
    fail: (e: Error) => void;
  }[] = [];
  const worker = {
    isReady: true,
    run: (_: string, work: { texts: readonly string[] }) => {
      const cancelled = new Set<number>();
      const done = new Promise<Done>((resolve, reject) => {
        const results = work.texts.map((text) => [text.length]);
        const finish = (): void => resolve({ results, tokens: { read: 1, written: 0 } });
        batches.push({ texts: work.texts, cancelled, finish, fail: reject });
      });
      return { done, cancel: (index: number) => cancelled.add(index) };
    },
  } as unknown as WorkerProcess;
  return { worker, batches };
}

const group: Group<string> & { kind: "embed" } = {
  key: "a",
  kind: "embed",
  model: "a",
  work: (texts) => ({ kind: "embed", texts }),
};
const options: SchedulerOptions = {
  ...{ streams: 1, cores: 1, batch: 4, batchTokens: 1000, queue: 1000, delay: 0 },
  onBatch: () => undefined,
  onRefused: () => undefined,
};
let requests = 0;
const asking = (client: string, further: Partial<Asking> = {}): Asking => ({
  client,
  request: String(requests++),
  signal: new AbortController().signal,
  deadline: Date.now() + 60_000,
  ...further,
});
const texts = (...all: string[]) => all.map((payload) => ({ payload, cost: 1 }));
const later = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("a fair queue", () => {
  const item = (client: string, request: string, cost = 1) => ({ client, request, cost });
  test("serves clients in turn, whatever they have put in, and the requests of one in turn", () => {
    const queue = fairQueue<ReturnType<typeof item>>();
    queue.add(Array.from({ length: 1000 }, () => item("a", "a1")));
    queue.add([item("b", "b1"), item("b", "b1"), item("b", "b2")]);
    const served = Array.from({ length: 8 }, () => queue.next()?.request);
    expect(served).toEqual(["a1", "b1", "a1", "b2", "a1", "b1", "a1", "a1"]);
    expect(queue.size).toBe(995);
  });
  test("counts cost, not texts", () => {
    const queue = fairQueue<ReturnType<typeof item>>();
    queue.add([item("a", "a", 10), item("a", "a", 10)]);
    queue.add(Array.from({ length: 20 }, () => item("b", "b", 1)));
    const served = Array.from({ length: 12 }, () => queue.next()?.client);
    expect(served.filter((client) => client === "b").length).toBe(10);
  });
  test("somebody new does not wait for what others had before", () => {
    const queue = fairQueue<ReturnType<typeof item>>();
    queue.add(Array.from({ length: 100 }, () => item("a", "a")));
    for (let i = 0; i < 50; i++) queue.next();
    queue.add([item("b", "b"), item("b", "b")]);
    const served = Array.from({ length: 4 }, () => queue.next()?.client);
    expect(served.filter((client) => client === "b")).toHaveLength(2);
  });
});

test("the share of its time that a text may wait falls when some were late, and rises while none is", () => {
  const patience = margin();
  const first = patience.share;
  for (const now of [0, 10, 500]) patience.late(now);
  expect(patience.share).toBeCloseTo(0.8 * first, 10);
  for (let now = 1000; now < 100_000; now += 1000) patience.late(now);
  const least = patience.share;
  expect(least).toBeGreaterThan(0.1);
  patience.inTime(101_000);
  expect(patience.share).toBeGreaterThan(least);
  expect(patience.share).toBeLessThan(least + 0.05);
  for (let now = 102_000; now < 200_000; now += 100) patience.inTime(now);
  expect(patience.share).toBe(first);
});

test("what a server can do is known from its first batches, however long each takes", () => {
  const throughput = measuredThroughput(2);
  expect(throughput.secondsFor(100)).toBe(0);
  // Two at a time, each 10 texts in 1.5 seconds.
  for (let i = 0; i < 3; i++) throughput.done(10, 1500);
  expect(throughput.secondsFor(40)).toBeCloseTo(3, 10);
  for (let i = 0; i < 40; i++) throughput.done(10, 3000);
  expect(throughput.secondsFor(40)).toBeCloseTo(6, 4);
});

test("texts of several requests share batches of similar lengths, and each gets its own results in order", async () => {
  const { worker, batches } = fakeWorker();
  const scheduler = createScheduler(() => worker, { ...options, delay: 50 });
  const sized = (...all: string[]) => all.map((payload) => ({ payload, cost: payload.length }));
  const first = scheduler.submit(group, sized("aaaa", "b", "cc"), asking("x"));
  const second = scheduler.submit(group, sized("dddd", "ee"), asking("y"));
  batches[0]?.finish();
  // The last text waits for company, which does not come: so long as the delay.
  await expect.poll(() => batches.length).toBe(2);
  batches[1]?.finish();
  expect(await first).toEqual([[4], [1], [2]]);
  expect(await second).toEqual([[4], [2]]);
  expect(batches.map((batch) => batch.texts)).toEqual([["b", "ee", "aaaa", "dddd"], ["cc"]]);
  scheduler.close();
});

test("what does not fit is refused at once, as a whole, with a time to come again", async () => {
  const { worker, batches } = fakeWorker();
  const scheduler = createScheduler(() => worker, { ...options, queue: 5 });
  const taken = scheduler.submit(group, texts("a"), asking("x"));
  const waiting = scheduler.submit(group, texts("b", "c", "d"), asking("x"));
  await expect(scheduler.submit(group, texts("e", "f", "g"), asking("y"))).rejects.toMatchObject({
    status: 503,
    retryAfter: 1,
  });
  expect(scheduler.waiting).toBe(3);
  batches[0]?.finish();
  await taken;
  batches[1]?.finish();
  expect(await waiting).toHaveLength(3);
  scheduler.close();
});

test("a request of which something was computed may add to it unasked, and then goes before the others", async () => {
  const { worker, batches } = fakeWorker();
  const scheduler = createScheduler(() => worker, { ...options, batch: 2, queue: 4 });
  const begun = asking("x");
  const once = scheduler.submit(group, texts("a"), begun);
  const others = scheduler.submit(group, texts("b", "c", "d", "e"), asking("y"));
  batches[0]?.finish();
  await once;
  // As much again twice over, not more.
  for (const who of [begun, asking("z")])
    await expect(scheduler.submit(group, texts("f", "g", "h"), who)).rejects.toMatchObject({ status: 503 });
  const again = scheduler.submit(group, texts("a again"), begun);
  for (let i = 1; i < 4; i++) {
    await later();
    batches[i]?.finish();
  }
  expect(await again).toEqual([[7]]);
  expect(await others).toHaveLength(4);
  expect(batches.map((batch) => batch.texts)).toEqual([["a"], ["b", "c"], ["a again", "d"], ["e"]]);
  scheduler.close();
});

test("another try at a text waits a little for others, not for all batches that are ready", async () => {
  let now = Date.now();
  const clock = vi.spyOn(Date, "now").mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const { worker, batches } = fakeWorker();
  const scheduler = createScheduler(() => worker, { ...options, batch: 16, cores: 4 });
  const begun = asking("x");
  const once = scheduler.submit(group, texts("a"), begun);
  const others = scheduler.submit(group, texts(..."bcdefghijklmnopq"), asking("y"));
  batches[0]?.finish();
  await once;
  await later();
  const again = scheduler.submit(group, texts("a again"), begun);
  batches[1]?.finish();
  await later();
  expect(batches[2]?.texts).toHaveLength(4);
  now += 250;
  batches[2]?.finish();
  await later();
  expect(batches[3]?.texts).toEqual(["a again"]);
  for (let i = 3; i < 6; i++) {
    batches[i]?.finish();
    await later();
  }
  expect(await again).toEqual([[7]]);
  expect(await others).toHaveLength(16);
  scheduler.close();
});

test("who goes takes its texts out of the queue and out of the batch that is computed", async () => {
  const { worker, batches } = fakeWorker();
  const scheduler = createScheduler(() => worker, options);
  const abort = new AbortController();
  const gone = scheduler.submit(
    group,
    texts("a", "b", "c", "d", "e", "f"),
    asking("x", { signal: abort.signal }),
  );
  gone.catch(() => undefined);
  expect(batches[0]?.texts).toHaveLength(4);
  abort.abort();
  await expect(gone).rejects.toMatchObject({ status: 499 });
  expect([...(batches[0]?.cancelled ?? [])]).toEqual([0, 1, 2, 3]);
  batches[0]?.finish();
  await later();
  expect({ waiting: scheduler.waiting, running: scheduler.running, batches: batches.length }).toEqual({
    waiting: 0,
    running: 0,
    batches: 1,
  });
  scheduler.close();
});

test("what is already too late is refused", async () => {
  const { worker, batches } = fakeWorker();
  const scheduler = createScheduler(() => worker, options);
  const slow = scheduler.submit(group, texts("a"), asking("x", { deadline: Date.now() }));
  await expect(slow).rejects.toMatchObject({ status: 503 });
  expect(batches).toHaveLength(0);
  scheduler.close();
});

test("what comes too late is given up with 503", async () => {
  const { worker } = fakeWorker();
  const scheduler = createScheduler(() => worker, options);
  const slow = scheduler.submit(group, texts("a"), asking("x", { deadline: Date.now() + 50 }));
  await expect(slow).rejects.toMatchObject({ status: 503 });
  scheduler.close();
});

test("when the process ends, its batch is refused and the next one is computed by another", async () => {
  const { worker, batches } = fakeWorker();
  const scheduler = createScheduler(() => worker, options);
  const lost = scheduler.submit(group, texts("a"), asking("x"));
  const next = scheduler.submit(group, texts("b"), asking("x"));
  batches[0]?.fail(Object.assign(new Error("lost"), { status: 503 }));
  await expect(lost).rejects.toMatchObject({ status: 503 });
  await later();
  batches[1]?.finish();
  expect(await next).toEqual([[1]]);
  scheduler.close();
});

test("what is refused of one text is refused to its client alone", async () => {
  const { worker, batches } = fakeWorker();
  const scheduler = createScheduler(() => worker, { ...options, delay: 50 });
  const good = scheduler.submit(group, texts("fine"), asking("x"));
  const bad = scheduler.submit(group, texts("wrong"), asking("y"));
  const outcomes = Promise.allSettled([good, bad]);
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(batches.map((each) => each.texts)).toEqual([["fine", "wrong"]]);
  batches[0]?.fail(new Fault(400, "no"));
  for (let next = 1; next <= 2; next++) {
    await later();
    const batch = batches[next];
    if (batch?.texts[0] === "fine") batch.finish();
    else batch?.fail(new Fault(400, "no"));
  }
  const [fine, wrong] = await outcomes;
  expect(fine).toEqual({ status: "fulfilled", value: [[4]] });
  expect(wrong.status).toBe("rejected");
  scheduler.close();
});
