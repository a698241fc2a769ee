/** The last training, kept by the browser: what is left of it when the tab is closed. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Saved } from "./training-history.ts";
import type { Setup } from "./training-setup.ts";

/** Enough to offer a training, without its weights. */
export interface KeptTraining {
  readonly setup: Setup;
  readonly step: number;
  readonly savedAt: Date;
}

interface Schema extends DBSchema {
  training: { key: "saved"; value: Saved };
  about: { key: "saved"; value: KeptTraining };
}

let opened: Promise<IDBPDatabase<Schema>> | undefined;

const database = (): Promise<IDBPDatabase<Schema>> => {
  opened ??= openDB<Schema>("heed-studio", 2, {
    upgrade: (created) => {
      // What an earlier studio has kept has another form.
      for (const name of created.objectStoreNames) created.deleteObjectStore(name);
      created.createObjectStore("training");
      created.createObjectStore("about");
    },
  });
  return opened;
};

/** Keeps a training in place of the one before, or changes nothing. @throws saying why it cannot. */
export async function keep(saved: Saved): Promise<void> {
  try {
    const { setup, position } = saved;
    const change = (await database()).transaction(["training", "about"], "readwrite");
    await Promise.all([
      change.objectStore("training").put(saved, "saved"),
      change.objectStore("about").put({ setup, step: position.step, savedAt: new Date() }, "saved"),
      change.done,
    ]);
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
}

/** What is kept; undefined where there is nothing, or where the browser keeps nothing. */
export async function kept(): Promise<KeptTraining | undefined> {
  try {
    return await (await database()).get("about", "saved");
  } catch {
    return undefined;
  }
}

export const loadKept = async (): Promise<Saved | undefined> => (await database()).get("training", "saved");

export async function forget(): Promise<void> {
  const change = (await database()).transaction(["training", "about"], "readwrite");
  await Promise.all([
    change.objectStore("training").delete("saved"),
    change.objectStore("about").delete("saved"),
    change.done,
  ]);
}

function reasonOf(error: unknown): string {
  const { name, message } = error as DOMException;
  if (name === "QuotaExceededError") return "the storage that the browser gives this page is full";
  return message === "" ? name : message;
}
