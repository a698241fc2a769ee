import { computed, effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { settleFirst } from "./misfit.tsx";
import { droppedTree } from "./model/chosen.ts";
import { openModel, take } from "./model/client.ts";
import { followAddress, followKeys, view } from "./state/store.ts";
import "./style.css";

/** A folder may be dropped anywhere on the page. */
function acceptFolders(): void {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    const { dataTransfer } = event;
    if (dataTransfer) void take(() => droppedTree(dataTransfer));
  });
}

followAddress();
followKeys();
acceptFolders();
settleFirst();
const named = computed(() => view.value.model);
effect(() => openModel(named.value));
render(<App />, document.getElementById("app") as HTMLElement);
