/** The files of a run or an exported folder, wherever they come from. */

/** Contents by path inside the folder: `config.yaml`, `model.safetensors`, … */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Files that a model needs; checkpoints, logs and the rest are left where they are. */
const needed = (path: string): boolean => /^[^/]+\.(yaml|json|safetensors|txt)$/.test(path);

/** Weights that training kept on its way: a file, or its address. */
export interface SavedStep {
  readonly step: number;
  readonly file: Blob | string;
}

/** What a folder is called, and its files. */
export interface Folder {
  readonly name: string;
  readonly files: Files;
  /** In order of step. Default: none. They are read where they are looked at. */
  readonly checkpoints?: readonly SavedStep[];
}

/** Weights of checkpoints, by their path in the folder. */
const savedSteps = (files: Iterable<readonly [path: string, file: Blob | string]>): SavedStep[] =>
  [...files]
    .flatMap(([path, file]) => {
      const [, step] = /^checkpoints\/step-(\d+)\/model\.safetensors$/.exec(path) ?? [];
      return step === undefined ? [] : [{ step: Number(step), file }];
    })
    .sort((a, b) => a.step - b.step);

/** A folder that was chosen in a file picker: `webkitdirectory`. */
export async function pickedFolder(list: FileList): Promise<Folder> {
  const files = new Map<string, Uint8Array>();
  const all = new Map<string, File>();
  let name = "";
  for (const file of list) {
    const [first = "", ...rest] = file.webkitRelativePath.split("/");
    name = first;
    const path = rest.join("/");
    all.set(path, file);
    if (needed(path)) files.set(path, new Uint8Array(await file.arrayBuffer()));
  }
  return { name, files, checkpoints: savedSteps(all) };
}

/** A folder, or files, dropped on the page; undefined when nothing of the kind was dropped. */
export async function droppedFolder(transfer: DataTransfer): Promise<Folder | undefined> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const [entry] = entries;
  if (!entry) return undefined;
  const folder = entry.isDirectory ? await entriesOf(entry as FileSystemDirectoryEntry) : entries;
  const files = new Map<string, Uint8Array>();
  for (const one of folder) {
    if (!one.isFile || !needed(one.name)) continue;
    files.set(one.name, new Uint8Array(await (await fileOf(one)).arrayBuffer()));
  }
  return { name: entry.name, files, checkpoints: savedSteps(await droppedSteps(folder)) };
}

const fileOf = (entry: FileSystemEntry): Promise<File> =>
  new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));

/** The weights of the checkpoints in a dropped folder. */
async function droppedSteps(folder: readonly FileSystemEntry[]): Promise<(readonly [string, File])[]> {
  const parent = folder.find(({ name, isDirectory }) => isDirectory && name === "checkpoints");
  if (!parent) return [];
  const found: (readonly [string, File])[] = [];
  for (const step of await entriesOf(parent as FileSystemDirectoryEntry)) {
    if (!step.isDirectory) continue;
    for (const one of await entriesOf(step as FileSystemDirectoryEntry))
      if (one.name === "model.safetensors")
        found.push([`checkpoints/${step.name}/${one.name}`, await fileOf(one)]);
  }
  return found;
}

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

/** A folder that the server offers, with the names of its files in `files.json`. */
export async function servedFolder(name: string, address: string): Promise<Folder> {
  const names = (await (await fetched(`${address}/files.json`)).json()) as string[];
  const contents = await Promise.all(
    names.filter(needed).map(async (path) => {
      const response = await fetched(`${address}/${path}`);
      return [path, new Uint8Array(await response.arrayBuffer())] as const;
    }),
  );
  const addressOf = (path: string): string => new URL(`${address}/${path}`, location.href).href;
  const checkpoints = savedSteps(names.map((path) => [path, addressOf(path)]));
  return { name, files: new Map(contents), checkpoints };
}

async function fetched(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return response;
}
