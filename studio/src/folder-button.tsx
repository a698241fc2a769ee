import { pickedTree } from "./model/chosen.ts";
import { take } from "./model/client.ts";

/** A button that opens a folder of this computer: a run, a model or a folder of runs. */
export const FolderButton = ({ label, title }: { readonly label: string; readonly title?: string }) => (
  <label class="button" title={title}>
    {label}
    <input
      type="file"
      {...{ webkitdirectory: true }}
      onChange={(event) => {
        const files = [...(event.currentTarget.files ?? [])];
        // The same folder can be chosen again.
        event.currentTarget.value = "";
        void take(() => pickedTree(files));
      }}
    />
  </label>
);
