import { useRef, useState } from "preact/hooks";
import { Icon } from "../../ui/icon.tsx";
import { addUploads } from "./uploads.ts";
import { documentsWords } from "./words.ts";

/** Takes files that are dropped, or chosen with the button. */
export function DropZone() {
  const words = documentsWords.value;
  const input = useRef<HTMLInputElement>(null);
  // Entering a child is told before leaving its parent.
  const depth = useRef(0);
  const [isOver, setOver] = useState(false);
  return (
    <section
      class={isOver ? "drop-zone over" : "drop-zone"}
      aria-label={words.upload}
      onDragEnter={(event) => {
        event.preventDefault();
        depth.current += 1;
        setOver(true);
      }}
      onDragOver={(event) => event.preventDefault()}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current === 0) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        if (event.dataTransfer !== null) addUploads(droppedFiles(event.dataTransfer));
      }}
    >
      <Icon name="upload" />
      <div class="drop-words">
        <p>
          <strong>{isOver ? words.dropNow : words.dropTitle}</strong> <span class="soft">{words.dropText}</span>
        </p>
        <p class="faint small-text">{words.formats}</p>
      </div>
      <button type="button" class="button primary" onClick={() => input.current?.click()}>
        {words.upload}
      </button>
      <input
        ref={input}
        hidden
        type="file"
        multiple
        aria-label={words.upload}
        onChange={({ currentTarget }) => {
          addUploads(Array.from(currentTarget.files ?? [], (file) => ({ name: file.name, file })));
          // The same file can be chosen again.
          currentTarget.value = "";
        }}
      />
    </section>
  );
}

function droppedFiles({ items }: DataTransfer): { name: string; file: File | undefined }[] {
  return Array.from(items).flatMap((item) => {
    const file = item.getAsFile();
    const isFolder = item.webkitGetAsEntry()?.isDirectory === true;
    if (file === null) return [];
    return [{ name: file.name, file: isFolder ? undefined : file }];
  });
}
