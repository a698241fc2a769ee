/** Answers the page on a thread of its own. */
import { expose } from "comlink";
import { requests } from "./session.ts";

expose(requests);
