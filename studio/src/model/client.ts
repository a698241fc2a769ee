/** The only place of the page that talks to the worker. */
import { computed, signal } from "@preact/signals";
import { wrap } from "comlink";
import { fitting, otherModel } from "../state/fit.ts";
import { isModelNewer, show, view } from "../state/store.ts";
import { text } from "../text.ts";
import { fault, messageOf, refusal } from "./fault.ts";
import { type Folder, folderAt, holdsModel, type Place } from "./files.ts";
import { givenIn, type Tree } from "./given.ts";
import { newest } from "./newest.ts";
import { servedFolder, servedPlace } from "./served.ts";
import type { Card, Requests } from "./session.ts";

export { fault, messageOf, refusal } from "./fault.ts";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

/** What can be asked of the opened model. */
export const model = wrap<Requests>(worker);

/** The opened model; undefined while one is being opened. */
export const card = signal<Card | undefined>(undefined);

/** The models that the server has, by name. */
const served = signal<readonly string[]>([]);
/** Folders that were dropped, picked or trained here, by name: they take the place of served ones of the same name. */
const given = signal<ReadonlyMap<string, () => Promise<Folder>>>(new Map());
/** The models that can be opened, by name. */
export const offered = computed(() => [...new Set([...served.value, ...given.value.keys()])]);

/** Runs to compare, and the folder that they are in: those of the server, or of the folder that was given last. */
export const listed = signal<{ readonly name: string; readonly places: readonly Place[] }>({
  name: "",
  places: [],
});

/** Asks the server for its models and runs; a plain file server has the bundled model alone. */
export async function listOffered(): Promise<void> {
  try {
    served.value = await jsonAt<string[]>("models.json");
    const runs = await jsonAt<{ name: string; files: string[]; trainer?: Place["trainer"] }[]>("runs.json");
    listed.value = { name: "", places: runs.map((run) => servedPlace(run.name, run.files, run.trainer)) };
  } catch {
    // Nothing is offered then, and what is asked for by name is tried.
  }
}

const jsonAt = async <T>(address: string): Promise<T> => (await (await fetch(address)).json()) as T;
const listing = listOffered();

interface Wanted {
  readonly name: string;
  readonly folder: () => Promise<Folder>;
}
let wanted: Wanted | undefined;

/** Opens what is wanted; when that changes meanwhile, the last one, in whatever order folders are read. */
const openWanted = newest(
  async () => {
    const mine = wanted as Wanted;
    try {
      const folder = await mine.folder();
      return wanted === mine ? { name: mine.name, card: await model.open(folder) } : undefined;
    } catch (error) {
      if (wanted === mine) refusal.value = messageOf(error);
      return undefined;
    }
  },
  (opened) => {
    if (!opened) return;
    const isOther = view.peek().model !== opened.name;
    if (isOther) show(otherModel(opened.name));
    const change = fitting(view.peek(), opened.card);
    if (Object.keys(change).length > 0) show(change);
    card.value = opened.card;
  },
);

/** Models that are being opened. */
const opening = signal(0);
export const isOpening = computed(() => opening.value > 0);

async function open(one: Wanted): Promise<void> {
  fault.value = "";
  refusal.value = "";
  wanted = one;
  opening.value = opening.peek() + 1;
  await openWanted();
  opening.value = opening.peek() - 1;
}

function give(name: string, folder: () => Promise<Folder>): void {
  given.value = new Map([...given.peek(), [name, folder]]);
}

/** Opens the model of a folder, which can then be opened again by its name. */
export function openFolder(folder: Folder): Promise<void> {
  isModelNewer.value = true;
  give(folder.name, async () => folder);
  return open({ name: folder.name, folder: async () => folder });
}

/** Opens a model by its name, unless that is what is open. */
export function openModel(name: string): void {
  if (name !== wanted?.name) void open({ name, folder: () => folderNamed(name) });
}

/** The files of a model by its name: one that was given, or one of the server's. */
export async function folderNamed(name: string): Promise<Folder> {
  const own = given.peek().get(name);
  if (own) return own();
  await listing;
  if (served.peek().length > 0 && !served.peek().includes(name)) throw new Error(text.model.missing(name));
  return servedFolder(name, `models/${encodeURIComponent(name)}`);
}

/** Takes what was dropped or picked: a run is opened, a folder of runs is compared, and of anything else it is said what it is. */
export async function take(from: () => Tree | undefined | Promise<Tree | undefined>): Promise<void> {
  try {
    const tree = await from();
    if (!tree) return;
    const found = givenIn(tree);
    if (found.kind === "run") takeRun(found.place);
    else if (found.kind === "runs") takeRuns(found.name, found.places);
    else refusal.value = text.model.notARun[found.kind](found.name);
  } catch (error) {
    refusal.value = messageOf(error);
  }
}

function takeRun(place: Place): void {
  isModelNewer.value = true;
  const folder = (): Promise<Folder> => folderAt(place);
  give(place.name, folder);
  const { name, places } = listed.peek();
  if (place.files.has("metrics.jsonl"))
    listed.value = { name, places: [...places.filter((one) => one.name !== place.name), place] };
  void open({ name: place.name, folder });
}

function takeRuns(name: string, places: readonly Place[]): void {
  refusal.value = "";
  for (const place of places) if (holdsModel(place)) give(place.name, () => folderAt(place));
  listed.value = { name, places };
  show({ view: "runs", first: "", second: "" });
}
