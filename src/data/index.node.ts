/** `heed/data` in Node: with readers of files, gzip or not. */
export { fileReader } from "./corpus-reader.node.ts";
export { hashFiles, type ReadOptions, readLines } from "./files.node.ts";
export * from "./index.ts";
export { readPairs } from "./pairs.node.ts";
