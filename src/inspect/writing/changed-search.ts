/** The graphs of a search with changes at some taps, and what is fed to them. */
import type { ObservedGraph, ObservedSearch, Watch } from "../../decoding/watch.ts";
import { evaluate, type Size } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import type { Feed } from "../../runtime/compile.ts";
import {
  type Changeable,
  changeable,
  changeOf,
  feedsOf,
  type Intervention,
  placesOf,
} from "../looking/intervention.ts";
import { changeInPrompt } from "./prompt-change.ts";
import { atStep, checkStep, type SteppedTap, shapeAt, steppedTap } from "./step-change.ts";

/** An intervention at one of the taps that it matches. */
export interface ChangedTap {
  readonly path: string;
  readonly intervention: Intervention;
}

/** The taps of the two graphs of a search. */
export interface WriterTaps {
  readonly taps: Readonly<Record<"read" | "step", ReadonlyMap<string, Value>>>;
  /** The symbol of the length of what is read. */
  readonly steps: Size;
}

/** The taps of a search's graphs that are changed, filled in as the graphs are built. */
export interface ChangedSearch {
  readonly observed: ObservedSearch;
  readonly read: ReadonlyMap<string, Changeable>;
  readonly step: ReadonlyMap<string, SteppedTap>;
}

/** Graphs in which the taps at `paths` can be changed; one without any of them stays as it is. */
export function changedSearch(paths: readonly string[], { taps, steps }: WriterTaps): ChangedSearch {
  const [read, step] = [new Map<string, Changeable>(), new Map<string, SteppedTap>()];
  const readPaths = paths.filter((path) => taps.read.has(path));
  const stepPaths = paths.filter((path) => taps.step.has(path));
  const reading: ObservedGraph = {
    at: (path, value, position) => {
      if (!readPaths.includes(path)) return value;
      const made = changeable(path, value, steps, position);
      read.set(path, made.changeable);
      return made.answer;
    },
    outputs: (built) => Object.fromEntries(readPaths.map((path) => [path, built.get(path) as Value])),
  };
  const stepping: ObservedGraph = {
    at: (path, value) => {
      if (!stepPaths.includes(path)) return value;
      const made = steppedTap(path, value);
      step.set(path, made.stepped);
      return made.answer;
    },
    outputs: () => Object.fromEntries(Array.from(step, ([path, { differs }]) => [path, differs])),
  };
  const observed = {
    read: readPaths.length > 0 ? reading : undefined,
    step: stepPaths.length > 0 ? stepping : undefined,
  };
  return { observed, read, step };
}

/** What is read before the first step. */
export interface ReadText {
  readonly ids: readonly number[];
  /** The row of the first step, and of the last one that the model can take. */
  readonly first: number;
  readonly last: number;
  /** The sizes of symbols in either graph. */
  readonly lengths: ReadonlyMap<string, number>;
}

/** One search under interventions. */
export interface WatchedSearch {
  readonly watch: Watch;
  /** Those that changed a number at a step. */
  readonly changed: ReadonlySet<ChangedTap>;
  /** What went on at the taps of what was read. */
  readonly read: ReadonlyMap<string, Float32Array>;
}

/** @throws ERR_USAGE for an intervention that does not fit. */
export function watchedSearch(
  graphs: ChangedSearch,
  interventions: readonly ChangedTap[],
  text: ReadText,
): WatchedSearch {
  const { lengths } = text;
  const changed = new Set<ChangedTap>();
  const read = new Map<string, Float32Array>();
  const at = (path: string): ChangedTap[] => interventions.filter((one) => one.path === path);
  for (const [path, tap] of graphs.step)
    for (const { intervention } of at(path)) checkStep(tap, intervention, text);

  const feedsOfReading = (): Record<string, Feed> => {
    const feeds: Record<string, Feed> = {};
    for (const [path, one] of graphs.read) {
      const shape = one.shape.map((size) => evaluate(size, lengths) as number);
      const here = at(path).map(({ intervention }) => intervention);
      const stepped = graphs.step.get(path);
      const change = stepped
        ? changeInPrompt(stepped, shape, here, text.ids.length)
        : changeOf(path, shape, here);
      Object.assign(feeds, feedsOf(path, one, shape, change));
    }
    return feeds;
  };

  const feedsOfStep = (position: number): Record<string, Feed> => {
    const feeds: Record<string, Feed> = {};
    for (const [path, tap] of graphs.step) {
      const shape = shapeAt(tap, position, lengths);
      const here = at(path).flatMap(({ intervention }) => atStep(tap, intervention, position, shape) ?? []);
      Object.assign(feeds, feedsOf(path, { time: undefined }, shape, changeOf(path, shape, here)));
    }
    return feeds;
  };

  /** Marks the interventions at whose places a step has other numbers. */
  const mark = (tap: SteppedTap, position: number, differs: Float32Array): void => {
    const shape = shapeAt(tap, position, lengths);
    for (const one of at(tap.path)) {
      const here = atStep(tap, one.intervention, position, shape);
      if (here && placesOf(tap.path, shape, here).some((place) => differs[place] !== 0)) changed.add(one);
    }
  };

  const outputs: Watch["outputs"] = async (call, tensors) => {
    for (const [path, tensor] of Object.entries(tensors)) {
      const stepped = graphs.step.get(path);
      const isOpen = call === "read" || at(path).some((one) => !changed.has(one));
      const numbers = isOpen ? ((await tensor.read()) as Float32Array).slice() : undefined;
      tensor.dispose();
      if (!numbers) continue;
      if (call === "read") read.set(path, numbers);
      else if (stepped) mark(stepped, call, numbers);
    }
  };
  return {
    watch: { feeds: (call) => (call === "read" ? feedsOfReading() : feedsOfStep(call)), outputs },
    changed,
    read,
  };
}
