import type { AnswerDocument, CitedPassage } from "../../api/ask.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { KeyForm } from "../../ui/key-form.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { ScoreBar } from "../../ui/score-bar.tsx";
import { sendAgain, type Exchange } from "./conversation.ts";
import { Opinion } from "./opinion.tsx";

type OnCite = (cited: CitedPassage) => void;

/** One question with its answer, or with why there is none. */
export function ExchangeView({ exchange, onCite }: { exchange: Exchange; onCite: OnCite }) {
  const words = texts.value.ask;
  return (
    <li class="exchange">
      <div class="asked">
        <span class="visually-hidden">{words.you}: </span>
        {exchange.question}
      </div>
      <article class="card reply" aria-label={words.assistant} aria-busy={exchange.state === "running"}>
        <Reply exchange={exchange} onCite={onCite} />
      </article>
    </li>
  );
}

function Reply({ exchange, onCite }: { exchange: Exchange; onCite: OnCite }) {
  const words = texts.value.ask;
  const { state, text, step, document, error } = exchange;
  switch (state) {
    case "running":
      return (
        <>
          {text !== "" && <Markdown text={text} />}
          <p class="row soft small-text" role="status">
            <span class="spinner" />
            {text === "" ? stepText(step) : words.steps["answer"]}
          </p>
        </>
      );
    case "key-needed":
      return <KeyForm kind="api" onKey={() => void sendAgain(exchange)} />;
    case "stopped":
      return (
        <>
          {text !== "" && <Markdown text={text} />}
          <p class="soft">{words.stopped}</p>
        </>
      );
    case "failed":
      return <Failed message={faultText(error, texts.value)} exchange={exchange} />;
    case "done":
      if (document === undefined) return undefined;
      if (document.outcome === "answered") return <Answer document={document} onCite={onCite} />;
      if (document.outcome === "declined") return <Silence document={document} />;
      return <Failed message={document.message ?? document.reason ?? ""} exchange={exchange} />;
  }
}

function Answer({ document, onCite }: { document: AnswerDocument; onCite: OnCite }) {
  const words = texts.value.ask;
  const { answer, citations } = document;
  return (
    <>
      <Markdown
        text={answer}
        citation={(n, key) => {
          const cited = citations.find((one) => one.n === n);
          if (cited === undefined) return `[${n}]`;
          return (
            <button key={key} type="button" class="cite" title={cited.source} onClick={() => onCite(cited)}>
              [{n}]
            </button>
          );
        }}
      />
      {citations.length > 0 && (
        <section class="sources">
          <h3>{words.sources}</h3>
          <ol>
            {citations.map((cited) => (
              <li key={cited.n}>
                <span class="faint number">{cited.n}</span>
                <button type="button" class="source-link" onClick={() => onCite(cited)}>
                  {fileName(cited.source)}
                </button>
                <span class="faint">
                  {[...cited.headings.slice(-1), ...(cited.page === undefined ? [] : [words.page(cited.page)])].join(
                    " · ",
                  )}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
      <footer class="reply-foot">
        <Opinion id={document.id} up={words.helpful} down={words.unhelpful} />
        <Facts document={document} />
      </footer>
    </>
  );
}

/** Silence is an answer too: why, and how close it was. */
function Silence({ document }: { document: AnswerDocument }) {
  const words = texts.value.ask;
  const reason = document.reason ?? "";
  return (
    <>
      <p class="row">
        <span class="badge quiet">
          <Icon name="quiet" />
          {words.silent}
        </span>
        <span>{words.because(texts.value.reasons[reason] ?? reason)}</span>
      </p>
      <Scores document={document} />
      <footer class="reply-foot">
        <Opinion id={document.id} up={words.rightSilence} down={words.wrongSilence} />
        <Facts document={document} />
      </footer>
    </>
  );
}

function Failed({ message, exchange }: { message: string; exchange: Exchange }) {
  return (
    <div class="stack" role="alert">
      <p class="notice bad">
        <Icon name="warning" />
        <span>
          {texts.value.ask.failed}: {message}
        </span>
      </p>
      <div>
        <button type="button" class="button small" onClick={() => void sendAgain(exchange)}>
          <Icon name="refresh" />
          {texts.value.tryAgain}
        </button>
      </div>
    </div>
  );
}

function Scores({ document: { scores } }: { document: AnswerDocument }) {
  const words = texts.value.ask;
  if (scores === null) return undefined;
  return (
    <div class="scores">
      <ScoreBar label={words.question} value={scores.question} />
      <ScoreBar label={words.answerable} value={scores.answerable} threshold={scores.threshold} />
    </div>
  );
}

function Facts({ document: { model, timings, tokens } }: { document: AnswerDocument }) {
  const words = texts.value.ask;
  const seconds = ((timings["total"] ?? 0) / 1000).toFixed(2);
  return (
    <p class="faint small-text number">
      {[
        ...(model === "" ? [] : [model]),
        words.seconds(seconds),
        tokens.total === 0 ? words.noTokens : words.tokens(tokens.total),
      ].join(" · ")}
    </p>
  );
}

function stepText(step: string | undefined): string {
  const words = texts.value.ask;
  return (step === undefined ? undefined : words.steps[step]) ?? words.thinking;
}

function fileName(source: string): string {
  return source.split("/").at(-1) ?? source;
}
