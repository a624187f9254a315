import type { HealthDocument } from "../../api/health.ts";
import { Icon } from "../../ui/icon.tsx";
import { healthWords } from "./words.ts";

/** The chat platforms that are connected. */
export function ChannelList({ channels }: Pick<HealthDocument, "channels">) {
  const words = healthWords.value;
  return (
    <section class="card flush">
      <header class="list-head">
        <h2>{words.channels}</h2>
        {channels.length === 0 && <p class="soft small-text">{words.noChannels}</p>}
      </header>
      {channels.length > 0 && (
        <ul class="facts">
          {channels.map(({ name, kind, ready }) => (
            <li key={`${kind}/${name}`} class="row spread">
              <span>
                <strong>{name}</strong> <span class="faint small-text">{kind}</span>
              </span>
              <span class={ready ? "badge good" : "badge bad"}>
                <Icon name={ready ? "check" : "warning"} />
                {ready ? words.ready : words.notReady}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
