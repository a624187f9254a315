import type { UnreadFile } from "../../api/documents.ts";
import { Icon } from "../../ui/icon.tsx";
import { documentsWords } from "./words.ts";

/** Files of the corpus that could not be read, and why. */
export function UnreadFiles({ files }: { files: readonly UnreadFile[] }) {
  const words = documentsWords.value;
  if (files.length === 0) return undefined;
  return (
    <section class="card flush" aria-labelledby="unread-title">
      <header class="list-head">
        <h2 id="unread-title" class="row">
          <Icon name="warning" />
          {words.unreadTitle(files.length)}
        </h2>
        <p class="soft small-text">{words.unreadLead}</p>
      </header>
      <ul class="unread">
        {files.map(({ path, code, reason }) => (
          <li key={path}>
            <strong>{path}</strong>
            {words.codes[code] !== undefined && <span>{words.codes[code]}</span>}
            <span class="faint small-text">{reason}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
