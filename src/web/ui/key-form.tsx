import { useState } from "preact/hooks";
import { accessKey } from "../state/access-key.ts";
import { texts } from "../state/locale.ts";
import { Icon } from "./icon.tsx";

/** Asks for a key; Enter submits it. `kind` says which pages it opens. */
export function KeyForm({ kind, onKey }: { kind: "api" | "admin"; onKey: () => void }) {
  const words = texts.value.key;
  const [typed, setTyped] = useState("");
  const isWrong = accessKey.value !== "";
  return (
    <form
      class="card key-form stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() === "") return;
        accessKey.value = typed.trim();
        onKey();
      }}
    >
      <h2 class="row">
        <Icon name="key" />
        {words.title}
      </h2>
      <p class="soft">{kind === "admin" ? words.adminHint : words.apiHint}</p>
      <label class="field">
        <span>{kind === "admin" ? words.adminLabel : words.apiLabel}</span>
        <input
          class="input"
          type="password"
          name="key"
          autocomplete="off"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      {isWrong && (
        <p class="notice bad" role="alert">
          {words.wrong}
        </p>
      )}
      <div>
        <button type="submit" class="button primary">
          {words.open}
        </button>
      </div>
    </form>
  );
}
