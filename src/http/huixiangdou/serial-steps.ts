import type { AskDocument } from "../../core/ask-document.ts";
import type { DeclineReason } from "../../core/outcome.ts";

/** One state of HuixiangDou's serial pipeline; the last one is the result. */
export interface SerialStep {
  state: string;
  response: string;
  refs: string[];
}

const UNRELATED =
  "Topics unrelated to the knowledge base. Updating good_questions and bad_questions can improve accuracy.";

/** Its descriptions of states (`ErrorCode` in `services/helper.py`), which its clients compare. */
const STATES: Record<DeclineReason, string> = {
  "not-a-question": "query is not a question",
  "addressed-to-someone-else": "query is not a question",
  "too-short": "Query length too short",
  unrelated: UNRELATED,
  unanswerable: UNRELATED,
  unsupported: "Irrelevant answer.",
  unsafe: "Reply has a high relevance to prohibited topics.",
  "quiet-hours":
    "Non-working hours. The config.ini file can be modified to adjust this. **In scenarios where speech may pose risks, let the robot operate under human supervision**",
  "over-budget": "Fail",
  "already-answered": "Fail",
};

/** A state between two nodes of the pipeline. */
const ON_ITS_WAY = "Init state";
/** Lines that its first node ends. */
const ENDED_FIRST: ReadonlySet<string | undefined> = new Set<DeclineReason>([
  "not-a-question",
  "addressed-to-someone-else",
  "too-short",
]);

/** The states that its pipeline would have gone through to this end; a turn that failed has none. */
export function serialSteps({ outcome, reason, answer, citations }: AskDocument): SerialStep[] {
  const passed = { state: ON_ITS_WAY, response: "", refs: [] };
  if (outcome !== "answered") {
    const known = Object.entries(STATES).find(([name]) => name === reason);
    const last = { state: known?.[1] ?? "Fail", response: "", refs: [] };
    return ENDED_FIRST.has(reason) ? [last] : [passed, last];
  }
  const refs = [...new Set(citations.map(({ source }) => source))];
  return [passed, { ...passed, refs }, { state: "success", response: answer, refs }];
}

/** As Python's `json.dumps` writes it: a blank after comma and colon, and nothing but ASCII. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return asciiOnly(JSON.stringify(value) ?? "null");
  const entries = Object.entries(value).map(([key, one]) => `${asciiOnly(JSON.stringify(key))}: ${pythonJson(one)}`);
  return `{${entries.join(", ")}}`;
}

function asciiOnly(text: string): string {
  return text.replaceAll(/[\u{80}-\u{10ffff}]/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
