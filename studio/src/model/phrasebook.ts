import { type Remote, wrap } from "comlink";
import type { PhrasebookRequests } from "./phrasebook-worker.ts";

let made: Remote<PhrasebookRequests> | undefined;

/** The phrasebook; made when it is first asked for. */
export function knownPairs(): Remote<PhrasebookRequests> {
  made ??= wrap<PhrasebookRequests>(
    new Worker(new URL("./phrasebook-worker.ts", import.meta.url), { type: "module" }),
  );
  return made;
}
