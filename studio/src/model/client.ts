/** The only place of the page that talks to the worker. */
import { signal } from "@preact/signals";
import { wrap } from "comlink";
import { fitting } from "../state/fit.ts";
import { show, view } from "../state/store.ts";
import { type Folder, servedFolder } from "./files.ts";
import type { Card, Requests } from "./session.ts";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

/** What can be asked of the opened model. */
export const model = wrap<Requests>(worker);

/** The opened model; undefined while one is being opened. */
export const card = signal<Card | undefined>(undefined);
/** Why a model could not be opened, or an answer not be given. */
export const fault = signal("");

/** The models that the server offers, by name. */
export const offered = signal<readonly string[]>([]);

/** Asks the server for them; a plain file server has the bundled one alone. */
export async function listOffered(): Promise<void> {
  try {
    offered.value = (await (await fetch("models.json")).json()) as string[];
  } catch {
    offered.value = [];
  }
}

export async function openFolder(folder: Folder): Promise<void> {
  fault.value = "";
  try {
    const opened = await model.open(folder);
    const change = fitting(view.peek(), opened);
    if (Object.keys(change).length > 0) show(change);
    card.value = opened;
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
