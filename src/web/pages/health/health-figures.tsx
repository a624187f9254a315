import type { HealthDocument } from "../../api/health.ts";
import { Figure } from "../../ui/figure.tsx";
import { Moment, exactTime } from "../../ui/moment.tsx";
import { bytesText, durationText, numberText } from "../../ui/quantities.ts";
import { healthWords } from "./words.ts";

/** What answers are drawn from. */
export function IndexFigures({ index }: Pick<HealthDocument, "index">) {
  const words = healthWords.value;
  return (
    <section class="stack tight">
      <h2>{words.index}</h2>
      {index === null ? (
        <p class="soft">{words.noIndex}</p>
      ) : (
        <dl class="figures">
          <Figure name={words.documents}>{numberText(index.documents)}</Figure>
          <Figure name={words.passages}>{numberText(index.chunks)}</Figure>
          <Figure name={words.notRead} note={words.notReadNote}>
            {numberText(index.failed)}
          </Figure>
          <Figure name={words.built} note={exactTime(index.built_at)}>
            <Moment at={index.built_at} />
          </Figure>
        </dl>
      )}
    </section>
  );
}

/** How the process is. */
export function ServiceFigures({ health, now }: { health: HealthDocument; now: number }) {
  const words = healthWords.value;
  const isExtractive = health.answerer === "extractive";
  const { p50, p99 } = health.event_loop_ms;
  return (
    <section class="stack tight">
      <h2>{words.service}</h2>
      <dl class="figures">
        <Figure name={words.uptime} note={words.since(exactTime(health.started_at))}>
          {durationText(now - health.started_at)}
        </Figure>
        <Figure name={words.version} note={words.node(health.node.replace(/^v/u, ""))}>
          {health.version}
        </Figure>
        <Figure name={words.memory} note={words.memoryNote}>
          {bytesText(health.memory_bytes)}
        </Figure>
        <Figure name={words.eventLoop} note={words.eventLoopNote(words.milliseconds(millisecondsText(p50)))}>
          {words.milliseconds(millisecondsText(p99))}
        </Figure>
        <Figure name={words.queue} note={words.queueNote}>
          {numberText(health.queue_depth)}
        </Figure>
        <Figure name={words.store}>{health.store.ready ? words.ready : words.notReady}</Figure>
        <Figure name={words.answerer} note={isExtractive ? words.extractiveNote : undefined}>
          <span class="answerer">{isExtractive ? words.extractive : health.answerer}</span>
        </Figure>
      </dl>
    </section>
  );
}

function millisecondsText(ms: number): string {
  return numberText(ms, { maximumFractionDigits: ms < 10 ? 1 : 0 });
}
