/** The only place of the page that talks to the worker. */
import { signal } from "@preact/signals";
import { wrap } from "comlink";
import { type Folder, servedFolder } from "./files.ts";
import type { Card, Requests } from "./session.ts";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

/** What can be asked of the opened model. */
export const model = wrap<Requests>(worker);

/** The opened model; undefined while one is being opened. */
export const card = signal<Card | undefined>(undefined);
/** Why a model could not be opened, or an answer not be given. */
export const fault = signal("");

export async function openFolder(folder: Folder): Promise<void> {
  fault.value = "";
  try {
    card.value = await model.open(folder);
  } catch (error) {
    fault.value = messageOf(error);
  }
}

/** Opens a model by its name on the server: the bundled one, or one of `heed studio RUN…`. */
export async function openServed(name: string): Promise<void> {
  fault.value = "";
  try {
    await openFolder(await servedFolder(name, `models/${encodeURIComponent(name)}`));
  } catch (error) {
    fault.value = messageOf(error);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
