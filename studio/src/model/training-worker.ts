/** Trains on a thread of its own. */
import { expose } from "comlink";
import { trainingRequests } from "./training-session.ts";

expose(trainingRequests);
