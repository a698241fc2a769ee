import type { Value } from "../../src/ir/value.ts";
import type { Engine, SessionOptions } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { type GraphRun, openOn } from "./graph-run.ts";

let shared: Engine | undefined;

/** One engine for all tests of a file. */
export function engine(): Engine {
  shared ??= openNativeEngine();
  return shared;
}

/**
 * Opens a session for `outputs`. "basic" optimisation by default: what comes after it fuses nodes into kernels that
 * have no float64.
 */
export const open = (
  outputs: Readonly<Record<string, Value>>,
  session: SessionOptions = { optimisation: "basic", threads: 1 },
): Promise<GraphRun> => openOn(engine(), outputs, session);
