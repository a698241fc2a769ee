/** `heed/data` in Node: adds file readers, plain or gzip. */
export { type FileReaderOptions, fileReader, openFileReader } from "./corpus-reader.node.ts";
export { hashFiles, type ReadOptions, readLines } from "./files.node.ts";
export * from "./index.ts";
export { type PairOptions, readPairs } from "./pairs.node.ts";
