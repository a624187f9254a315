import { useEffect, useRef, useState } from "preact/hooks";
import { texts } from "../../state/locale.ts";
import { Icon } from "../../ui/icon.tsx";
import { send, stop } from "./conversation.ts";

const MAX_QUESTION_CHARS = 8000;

/** Where the question is typed. Enter sends, except while an input method is still composing a word. */
export function Composer({ isRunning }: { isRunning: boolean }) {
  const words = texts.value.ask;
  const [typed, setTyped] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [typed]);

  function submit(): void {
    if (typed.trim() === "") return;
    setTyped("");
    void send(typed.trim());
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        aria-describedby="composer-keys"
        aria-label={words.label}
        placeholder={words.placeholder}
        maxLength={MAX_QUESTION_CHARS}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
      {isRunning ? (
        <button type="button" class="button icon-only" onClick={stop} aria-label={words.stop} title={words.stop}>
          <Icon name="stop" />
        </button>
      ) : (
        <button
          type="submit"
          class="button primary icon-only"
          disabled={typed.trim() === ""}
          aria-label={words.send}
          title={words.send}
        >
          <Icon name="send" />
        </button>
      )}
      <p class="composer-keys" id="composer-keys">
        {words.keys}
      </p>
    </form>
  );
}
