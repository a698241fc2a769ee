/** What a person drops on the page or picks: a run, a folder of runs, or neither. */
import { holdsModel, type Place } from "./files.ts";

/** What a folder turned out to be. */
export type Given =
  | { readonly kind: "run"; readonly place: Place }
  | { readonly kind: "runs"; readonly name: string; readonly places: readonly Place[] }
  | { readonly kind: "empty" | "file" | "exported" | "other"; readonly name: string };

/** A picked folder, a dropped one, or files that were dropped together. */
export interface Tree extends Place {
  readonly isFile?: boolean;
}

/** A folder that was chosen in a file picker: `webkitdirectory`. */
export function pickedTree(list: Iterable<File>): Tree {
  const files = new Map<string, Blob>();
  let name = "";
  for (const file of list) {
    const [first = "", ...rest] = file.webkitRelativePath.split("/");
    name = first;
    files.set(rest.join("/"), file);
  }
  return { name, files };
}

/** A folder, several of them, or files, dropped on the page; undefined when nothing of the kind was dropped. */
export async function droppedTree(transfer: DataTransfer): Promise<Tree | undefined> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const [entry] = entries;
  if (!entry) return undefined;
  const files = new Map<string, Blob>();
  if (entries.length === 1 && entry.isDirectory)
    for (const one of await entriesOf(entry as FileSystemDirectoryEntry)) await collect(one, "", files);
  else for (const one of entries) await collect(one, "", files);
  return { name: entry.name, files, isFile: entries.length === 1 && entry.isFile };
}

/** More than this is no folder of runs, but a disk. */
const MOST = 50_000;

async function collect(entry: FileSystemEntry, above: string, files: Map<string, Blob>): Promise<void> {
  const path = `${above}${entry.name}`;
  if (entry.isFile) {
    files.set(path, await fileOf(entry as FileSystemFileEntry));
    return;
  }
  if (entry.name.startsWith(".") || entry.name === "node_modules" || files.size > MOST) return;
  for (const one of await entriesOf(entry as FileSystemDirectoryEntry)) await collect(one, `${path}/`, files);
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, and then none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** What a tree of files is. */
export function givenIn(tree: Tree): Given {
  const { name, files } = tree;
  if (tree.isFile) return { kind: "file", name };
  if (holdsModel(tree)) return { kind: "run", place: tree };
  if (["config.json", "tokenizer.json", "model.safetensors"].every((path) => files.has(path)))
    return { kind: "exported", name };
  const places = placesIn(tree);
  if (places.length > 0) return { kind: "runs", name, places };
  return { kind: files.size === 0 ? "empty" : "other", name };
}

const inOrder = new Intl.Collator("en", { numeric: true }).compare;

/** The runs below a folder, itself included, as `heed runs` finds them: a folder with a log, a result or checkpoints. */
export function placesIn({ name, files }: Place): Place[] {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    const [, folder] = /^(.*?)(?:metrics\.jsonl|result\.json|checkpoints\/.+)$/.exec(path) ?? [];
    if (folder !== undefined && /^$|\/$/.test(folder)) folders.add(folder);
  }
  const isInside = (folder: string): boolean =>
    [...folders].some((other) => other !== folder && folder.startsWith(other));
  const isHidden = (folder: string): boolean => /(^|\/)(\.|node_modules\/)/.test(folder);
  return [...folders]
    .filter((folder) => !isInside(folder) && !isHidden(folder))
    .sort(byParts)
    .map((folder) => ({
      name: folder === "" ? name : folder.slice(0, -1),
      files: new Map(
        [...files].flatMap(([path, file]) =>
          path.startsWith(folder) ? [[path.slice(folder.length), file]] : [],
        ),
      ),
    }));
}

/** Folder by folder, numbers by their value. */
function byParts(a: string, b: string): number {
  const [one, other] = [a.split("/"), b.split("/")];
  const at = one.findIndex((part, i) => part !== other[i]);
  return at < 0 ? 0 : inOrder(one[at] as string, other[at] ?? "");
}
