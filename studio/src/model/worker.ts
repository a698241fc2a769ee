/** Answers the page on a thread of its own. */
import { expose } from "comlink";
import { requests, startEngine } from "./session.ts";

expose(requests);
// What goes wrong is said when a model is opened.
startEngine().catch(() => undefined);
