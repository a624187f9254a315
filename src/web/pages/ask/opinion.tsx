import { useState } from "preact/hooks";
import { vote } from "../../api/ask.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon } from "../../ui/icon.tsx";

type Vote = "up" | "down" | "none";

/** Thumbs for an answer or for silence; pressed again it is taken back. */
export function Opinion({ id, up, down }: { id: string; up: string; down: string }) {
  const words = texts.value.ask;
  const [chosen, setChosen] = useState<Vote>("none");
  const [said, setSaid] = useState("");

  async function choose(wanted: Vote): Promise<void> {
    const next = wanted === chosen ? "none" : wanted;
    try {
      await vote(id, next);
      setChosen(next);
      setSaid(next === "none" ? words.tookBack : words.thanks);
    } catch (error) {
      setSaid(faultText(error, texts.value));
    }
  }

  return (
    <div class="row">
      <Thumb name="up" label={up} chosen={chosen} onChoose={choose} />
      <Thumb name="down" label={down} chosen={chosen} onChoose={choose} />
      <span class="faint small-text" role="status">
        {said}
      </span>
    </div>
  );
}

interface ThumbProps {
  name: "up" | "down";
  label: string;
  chosen: Vote;
  onChoose: (vote: Vote) => Promise<void>;
}

function Thumb({ name, label, chosen, onChoose }: ThumbProps) {
  return (
    <button
      type="button"
      class="button plain small icon-only"
      aria-pressed={chosen === name}
      aria-label={label}
      title={label}
      onClick={() => void onChoose(name)}
    >
      <Icon name={name} />
    </button>
  );
}
