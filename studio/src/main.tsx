import { computed, effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { settleFirst } from "./misfit.tsx";
import { listOffered, openFolder, openServed } from "./model/client.ts";
import { droppedFolder } from "./model/files.ts";
import { followAddress, followKeys, isModelNewer, view } from "./state/store.ts";
import "./style.css";

/** A folder may be dropped anywhere on the page. */
function acceptFolders(): void {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer) return;
    isModelNewer.value = true;
    void droppedFolder(event.dataTransfer).then((folder) => folder && openFolder(folder));
  });
}

followAddress();
followKeys();
acceptFolders();
void listOffered();
settleFirst();
const named = computed(() => view.value.model);
effect(() => void openServed(named.value));
render(<App />, document.getElementById("app") as HTMLElement);
