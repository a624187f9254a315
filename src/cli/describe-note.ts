import type { AskResult } from "../app.ts";
import type { Messages } from "./messages/en.ts";

/** What the owner should know of a turn, one line each; says so where the documents' own words stand in for a model. */
export function noteLines({ outcome, notes }: Pick<AskResult, "outcome" | "notes">, text: Messages): string[] {
  const isStandIn =
    outcome.kind === "answered" &&
    outcome.model === "extractive" &&
    notes.some((note) => codeOf(note) === MODEL_FAILED);
  return [...notes.map((note) => describe(note, text)), ...(isStandIn ? [text.notes.extractive] : [])];
}

const MODEL_FAILED = "model-failed";

/** A note is `code: details`; one of another shape is a sentence of a gateway and stays as it is. */
function describe(note: string, { notes }: Messages): string {
  const code = codeOf(note);
  const details = note.slice(code.length + 2);
  // The model's name stands before the fault and in it.
  if (code === MODEL_FAILED) return notes.modelFailed(withoutStop(details.replace(/^(\S+): (?=\1 )/, "")));
  if (code === "judge-failed") return notes.judgeFailed(withoutStop(details));
  if (code === "judge-unreadable") return notes.judgeUnreadable(details);
  if (code === "judge-limit") return notes.judgeLimit;
  if (code === "rewrite-failed") return notes.rewriteFailed(withoutStop(details));
  if (code === "sentence-dropped") return notes.sentenceDropped(details);
  if (code === "rerank-failed") return notes.rerankFailed(withoutStop(details));
  if (code === "material-cut") return notes.materialCut(...countsOf(details));
  return note;
}

/** The two numbers of `3 of 8 passages …`. */
function countsOf(details: string): [kept: string, found: string] {
  const [kept = "", found = ""] = details.match(/\d+/g) ?? [];
  return [kept, found];
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}

function codeOf(note: string): string {
  return /^([a-z]+(?:-[a-z]+)+): /.exec(note)?.[1] ?? "";
}
