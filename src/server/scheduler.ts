/** Puts the texts of all requests into batches: similar lengths together, every client in its turn, nothing too late. */

import { rankedQueue } from "./fair-queue.ts";
import { Fault, gone, late, overloaded } from "./fault.ts";
import { margin } from "./margin.ts";
import type { Kind, Results, Work } from "./protocol.ts";
import { measuredThroughput } from "./throughput.ts";
import type { RunningWork, WorkerProcess } from "./worker-process.ts";

/** Texts of one group may share a batch. */
export interface Group<P> {
  /** Equal for equal groups. */
  readonly key: string;
  readonly kind: Kind;
  readonly model: string;
  /** The work of a batch. */
  readonly work: (payloads: readonly P[]) => Work;
}

/** A text, its cost in tokens, and who is told what is written while it is. */
export interface Text<P> {
  readonly payload: P;
  readonly cost: number;
  readonly onText?: ((text: string) => void) | undefined;
}

/** Whose texts they are, and how long they are wanted. */
export interface Asking {
  /** Who asks: clients share the server, their requests share what each of them gets. */
  readonly client: string;
  readonly request: string;
  /** The request's own, which tells it from others. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

export interface SchedulerOptions {
  /** Batches that are computed at the same time. */
  readonly streams: number;
  /** Cores that they share. */
  readonly cores: number;
  /** Most texts and most tokens of a batch. */
  readonly batch: number;
  readonly batchTokens: number;
  /** Most texts that wait. */
  readonly queue: number;
  /** Milliseconds that a text waits for company while its batch is not full. */
  readonly delay: number;
  readonly onBatch: (batch: BatchReport) => void;
  readonly onRefused: (reason: "full" | "late") => void;
}

export interface BatchReport {
  readonly model: string;
  readonly kind: Kind;
  readonly texts: number;
  readonly read: number;
  readonly written: number;
  readonly seconds: number;
}

export interface Scheduler {
  /** Texts that wait, and batches that are computed. */
  readonly waiting: number;
  readonly running: number;
  /**
   * Results in the order of the texts.
   *
   * @throws a fault: 503 when there is no room or no time, when the time is over, or when the process that computed ended.
   */
  readonly submit: <P, K extends Kind>(
    group: Group<P> & { readonly kind: K },
    texts: readonly Text<P>[],
    asking: Asking,
  ) => Promise<Results[K]>;
  /** Gives waiting texts to the worker; called when it becomes ready. */
  readonly pump: () => void;
  readonly close: () => void;
}

interface Item {
  readonly group: Group<never>;
  readonly payload: never;
  readonly cost: number;
  readonly client: string;
  readonly request: string;
  readonly deadline: number;
  readonly onText: ((text: string) => void) | undefined;
  readonly settle: (outcome: { readonly result: unknown } | { readonly error: Error }) => void;
  isSettled: boolean;
  /** Takes it out of the batch that is computed. */
  cancel: (() => void) | undefined;
}

/** Fewest texts of a batch while there are more: smaller ones waste more than they gain. */
const LEAST = 4;
/** What a request may cost beyond what it was admitted with, for each unit that was computed of that. */
const FURTHER = 2;
/** Milliseconds that another try at a text waits for others while batches are ready. */
const PRESSING_MS = 200;
/** Milliseconds between two looks at what is overdue. */
const SWEEP_MS = 250;
/** A batch that takes this many milliseconds longer than its texts are wanted has hung. */
const HUNG_MS = 30_000;

export function createScheduler(worker: () => WorkerProcess, options: SchedulerOptions): Scheduler {
  const queue = rankedQueue<Item>();
  /**
   * For each request of which something was computed, what else it may cost to be let in however full it is, and to go before
   * what others ask for: it has waited, and what was done for it would be lost. Enough for a second model or another try.
   */
  const further = new WeakMap<AbortSignal, number>();
  /** Batches that were drawn and wait for a stream, longest last. */
  const ready: Item[][] = [];
  const running = new Set<{ readonly items: readonly Item[]; readonly until: number }>();
  const throughput = measuredThroughput(options.streams);
  const patience = margin();
  /** Groups that have had a batch: a model's first one waits for it to be opened, which says nothing of the next. */
  const opened = new Set<string>();
  let delaying: NodeJS.Timeout | undefined;
  let waitingSince = 0;
  let pressingSince = 0;

  /** Generation takes long, so it gets half of the streams at most. */
  const generating = (): number =>
    [...running].filter(({ items }) => items[0]?.group.kind === "generate").length;
  const mayStart = (item: Item): boolean =>
    item.group.kind !== "generate" || generating() < Math.ceil(options.streams / 2);

  const draw = (): void => {
    const leader = queue.next(mayStart);
    if (!leader) return;
    const items = [leader];
    const isAlone = leader.group.kind === "generate";
    const pool = isAlone ? 1 : options.batch * options.streams;
    const isOfGroup = ({ group }: Item): boolean => group.key === leader.group.key;
    while (items.length < pool) {
      const item = queue.next(isOfGroup);
      if (!item) break;
      items.push(item);
    }
    const size = Math.min(options.batch, Math.max(LEAST, Math.ceil(items.length / options.cores)));
    ready.push(...batchesOf(items, size, options.batchTokens));
  };

  /** Whether to wait a little for company: never while there is a full batch. */
  const isEarly = (): boolean => {
    if (queue.size >= options.batch || options.delay === 0) return false;
    const wait = waitingSince + options.delay - Date.now();
    if (wait <= 0) return false;
    delaying ??= setTimeout(() => {
      delaying = undefined;
      pump();
    }, wait);
    return true;
  };

  /** Whether what goes first is to go before batches that were drawn: with some company, or when it has waited for that. */
  const isPressing = (): boolean =>
    queue.pressing >= options.batch / 2 || (queue.pressing > 0 && Date.now() - pressingSince >= PRESSING_MS);

  const pump = (): void => {
    while (worker().isReady && running.size < options.streams) {
      const mayDraw = ready.length === 0 ? queue.size > 0 && !isEarly() : isPressing();
      if (mayDraw) draw();
      const batch = ready.pop();
      if (!batch) return;
      const items = batch.filter(({ isSettled }) => !isSettled);
      if (items.length > 0) start(items);
    }
  };

  const start = (items: readonly Item[]): void => {
    const [{ group }] = items as [Item];
    const began = performance.now();
    const wasOpen = opened.has(group.key);
    const work = group.work(items.map(({ payload }) => payload));
    const onText = (index: number, text: string): void => {
      const item = items[index];
      if (item && !item.isSettled) item.onText?.(text);
    };
    const batch = { items, until: Math.max(...items.map(({ deadline }) => deadline)) + HUNG_MS };
    running.add(batch);
    const { done, cancel }: RunningWork = worker().run(group.model, work, onText);
    for (const [index, item] of items.entries()) item.cancel = () => cancel(index);
    void done
      .then(
        ({ results, tokens }) => {
          for (const [i, item] of items.entries()) item.settle({ result: results[i] });
          const seconds = (performance.now() - began) / 1000;
          if (running.size === options.streams && wasOpen) throughput.done(costOf(items), 1000 * seconds);
          opened.add(group.key);
          patience.inTime(performance.now());
          const { model, kind } = group;
          options.onBatch({ model, kind, texts: items.length, ...tokens, seconds });
        },
        (error: Error) => {
          // One text's own wish may be what was refused: the others are not to pay for it.
          const isRefused = error instanceof Fault && error.status === 400;
          if (isRefused && items.length > 1) ready.push(...items.map((item) => [item]));
          else for (const item of items) item.settle({ error });
        },
      )
      .finally(() => {
        running.delete(batch);
        pump();
      });
  };

  const sweep = setInterval(() => {
    const now = Date.now();
    const computed = [...running].flatMap(({ items }) => items);
    const overdue = [...ready.flat(), ...computed].filter(
      ({ deadline, isSettled }) => deadline <= now && !isSettled,
    );
    overdue.push(...queue.remove(({ deadline }) => deadline <= now));
    for (const item of overdue) {
      options.onRefused("late");
      item.settle({ error: late() });
    }
    if (overdue.length > 0) patience.late(performance.now());
    for (const { until } of running) if (until <= now) worker().replace();
  }, SWEEP_MS);
  sweep.unref();

  /** @returns `overloaded` when the texts do not fit or would come too late. */
  const admit = (texts: readonly Text<unknown>[], deadline: number): Fault | undefined => {
    const waiting = queue.size + ready.reduce((sum, { length }) => sum + length, 0);
    const before = [...ready, ...[...running].map(({ items }) => items)].flat();
    const wait = throughput.secondsFor(queue.cost + costOf(before) + costOf(texts));
    const left = patience.share * (deadline - Date.now());
    if (waiting + texts.length <= options.queue && wait * 1000 <= left) return undefined;
    options.onRefused("full");
    return overloaded(wait / 2);
  };

  return {
    get waiting() {
      return queue.size + ready.reduce((sum, { length }) => sum + length, 0);
    },
    get running() {
      return running.size;
    },
    submit: async (group, texts, { client, request, signal, deadline }) => {
      if (signal.aborted) throw gone();
      if (deadline <= Date.now()) {
        options.onRefused("late");
        throw late();
      }
      const cost = costOf(texts);
      const left = (further.get(signal) ?? 0) - cost;
      const isFurther = left >= 0;
      const refusal = isFurther ? undefined : admit(texts, deadline);
      if (refusal) throw refusal;
      if (isFurther) further.set(signal, left);
      if (queue.size === 0) waitingSince = Date.now();
      const items: Item[] = [];
      const results = texts.map(
        ({ payload, cost, onText }) =>
          new Promise((resolve, reject) => {
            const item: Item = {
              group: group as unknown as Group<never>,
              payload: payload as never,
              ...{ cost, client, request, deadline, onText, isSettled: false, cancel: undefined },
              settle: (outcome) => {
                if (item.isSettled) return;
                item.isSettled = true;
                if ("error" in outcome) {
                  item.cancel?.();
                  reject(outcome.error);
                } else resolve(outcome.result);
              },
            };
            items.push(item);
          }),
      );
      const own = new Set(items);
      const leave = (): void => {
        queue.remove((item) => own.has(item));
        for (const item of items) item.settle({ error: gone() });
      };
      signal.addEventListener("abort", leave, { once: true });
      if (isFurther && queue.pressing === 0) pressingSince = Date.now();
      queue.add(items, isFurther);
      pump();
      try {
        const found = await Promise.all(results);
        if (!isFurther) further.set(signal, (further.get(signal) ?? 0) + FURTHER * cost);
        return found as never;
      } catch (error) {
        // One text failed, so the answer cannot be given and the others need not be computed.
        leave();
        await Promise.allSettled(results);
        throw error;
      } finally {
        signal.removeEventListener("abort", leave);
      }
    },
    pump,
    close: () => {
      clearInterval(sweep);
      clearTimeout(delaying);
    },
  };
}

const costOf = (texts: readonly { readonly cost: number }[]): number =>
  texts.reduce((sum, { cost }) => sum + cost, 0);

/** Batches of similar costs, the largest last. */
function batchesOf(items: readonly Item[], most: number, tokens: number): Item[][] {
  const batches: Item[][] = [];
  for (const item of items.toSorted((a, b) => a.cost - b.cost)) {
    const batch = batches.at(-1);
    const isFull = !batch || batch.length >= most || (batch.length + 1) * item.cost > tokens;
    if (isFull) batches.push([item]);
    else batch.push(item);
  }
  return batches;
}
