/** Opens models by their address, for the test of it. */
import { type OpenOptions, openTranslator } from "../../../src/index.web.ts";
import type { Arrival } from "../../../src/runs/remote-files.ts";

/** What came of a model at an address. */
export interface Tried {
  readonly text?: string;
  readonly problem?: string;
  /** Files as they arrived, the last report of each. */
  readonly arrived: readonly Arrival[];
}

async function translate(address: string, options: OpenOptions = {}): Promise<Tried> {
  const arrivals = new Map<string, Arrival>();
  const onProgress = (arrival: Arrival): void => void arrivals.set(arrival.file, arrival);
  try {
    const translator = await openTranslator(address, { device: "wasm", threads: 1, onProgress, ...options });
    const [translation] = await translator.translate(["We see the green car."]);
    translator.close();
    return { text: translation?.hypotheses[0]?.text ?? "", arrived: [...arrivals.values()] };
  } catch (error) {
    return { problem: (error as Error).message, arrived: [...arrivals.values()] };
  }
}

export const page = { translate };
Object.assign(globalThis, { page });
