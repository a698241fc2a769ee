/** The only place of the page that talks to the worker. */
import { computed, signal } from "@preact/signals";
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

/** Models that are being opened. */
const opening = signal(0);
export const isOpening = computed(() => opening.value > 0);
let latest = 0;
let before: Promise<unknown> = Promise.resolve();

/** One after the other, so that the last one asked for is the one that stays open; those before it are left out. */
async function open(find: () => Promise<Folder>): Promise<void> {
  const mine = ++latest;
  fault.value = "";
  opening.value = opening.peek() + 1;
  before = before.then(async () => {
    if (mine === latest) await openNow(find);
    opening.value = opening.peek() - 1;
  });
  await before;
}

async function openNow(find: () => Promise<Folder>): Promise<void> {
  try {
    const opened = await model.open(await find());
    const change = fitting(view.peek(), opened);
    if (Object.keys(change).length > 0) show(change);
    card.value = opened;
  } catch (error) {
    fault.value = messageOf(error);
  }
}

export const openFolder = (folder: Folder): Promise<void> => open(async () => folder);

/** Opens a model by its name on the server: a bundled one, or one of `heed studio RUN…`. */
export const openServed = (name: string): Promise<void> =>
  open(() => servedFolder(name, `models/${encodeURIComponent(name)}`));

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
