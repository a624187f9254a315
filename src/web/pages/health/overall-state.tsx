import { hrefOf } from "../../state/route.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Concern } from "./concerns.ts";
import { healthWords } from "./words.ts";

/** One line when all is well, else what is amiss. */
export function OverallState({ concerns }: { concerns: readonly Concern[] }) {
  const words = healthWords.value;
  if (concerns.length === 0) {
    return (
      <p class="notice good overall" role="status">
        <Icon name="check" />
        <strong>{words.allGood}</strong>
      </p>
    );
  }
  const [only] = concerns;
  return (
    <div class="notice quiet overall" role="status">
      <Icon name="warning" />
      <div>
        <strong>{words.attention}</strong>{" "}
        {concerns.length === 1 ? (
          only?.text
        ) : (
          <ul>
            {concerns.map(({ text }) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
        {concerns.some(({ isOfDocuments }) => isOfDocuments) && (
          <p>
            <a href={hrefOf("documents")}>{words.toDocuments}</a>
          </p>
        )}
      </div>
    </div>
  );
}
