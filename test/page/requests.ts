/** What the tests ask of a page or of its worker; everything here runs in a browser. */
import { openEngine } from "../../src/runtime/open-engine.web.ts";
import { looks, type Seen } from "../parity/looks.ts";
import { type OpResult, opResults } from "../parity/op-results.ts";
import { type ModelName, type Updated, updates } from "../parity/updates.ts";

type PageDevice = "auto" | "wasm" | "webgpu";

/** What an engine says, and what was said while it opened. */
export interface Opened {
  readonly device: string;
  readonly description: string;
  readonly warnings: readonly string[];
}

export const requests = {
  open: async (device: PageDevice, threads?: number): Promise<Opened> => {
    const warnings: string[] = [];
    const onWarning = (line: string): void => void warnings.push(line);
    const engine = await openEngine(device, { onWarning, ...(threads ? { threads } : {}) });
    return { device: engine.device, description: engine.description, warnings };
  },
  opResults: async (device: PageDevice): Promise<OpResult[]> => opResults(await openEngine(device)),
  updates: async (device: PageDevice, model: ModelName, count?: number): Promise<Updated> =>
    updates(await openEngine(device), model, count),
  looks: async (device: PageDevice): Promise<Seen> => looks(await openEngine(device)),
} as const;
