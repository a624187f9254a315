import type { CallToolResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { AskDocument } from "../../core/ask-document.ts";
import { isAppError } from "../../core/errors.ts";
import { toHitDocument, type HitDocument } from "../hit-document.ts";
import { askDocument, searchDocument } from "../openapi/response-schemas.ts";
import { RequestFault } from "../problem.ts";
import { runTurn } from "../run-turn.ts";
import { silenceNotice } from "../silence-notice.ts";
import { placeText, sourceList } from "../source-list.ts";
import { nameText, questionText } from "../text-input.ts";
import type { McpParts } from "./mcp-functions.ts";

const MAX_PASSAGES = 50;
const MAX_HITS = 100;
const HITS = 10;

const ASK = `Answers a question from the documents of this installation only, in the question's language. Every sentence has a \
citation [n]; the numbered sources follow. Use this first whenever the user asks about something that the documents may cover.
When it stays silent (outcome "declined"), the documents do not answer the question or the text is no question: say so, and do not \
fill in an answer of your own. Silence is a normal result, not an error; asking the same again gives the same.`;

const SEARCH = `Finds passages of the documents, best first, with their full text, source and page. Nothing is judged or summed up: \
passages come back for any query, also where the documents do not answer it. Use it to read around an answer, to compare \
passages, or to look for words and identifiers; use ask for a question that wants an answer.`;

const askInput = z.strictObject({
  question: questionText.describe("One complete question that can be understood alone, at most 8000 characters"),
  top_k: z.int().min(1).max(MAX_PASSAGES).optional().describe("Passages looked at for the answer; 12 by default"),
  group: nameText(256).optional().describe("Id of a configured group whose documents and settings hold; seldom needed"),
  language: z.enum(["zh", "en"]).optional().describe("Language of the answer; by default that of the question"),
});

const searchInput = z.strictObject({
  query: questionText.describe("Words or a question, in Chinese or English, at most 8000 characters"),
  top_k: z.int().min(1).max(MAX_HITS).default(HITS).describe("Number of passages wanted"),
});

/** Nothing is changed; what is found comes from the documents of this installation alone. */
const READS_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

/** Tools `ask` and `search`, for one caller. */
export function registerTools(server: McpServer, { callerId, ...parts }: McpParts & { callerId: string }): void {
  const { functions, createId, logger, now } = parts;
  server.registerTool(
    "ask",
    {
      title: "Ask the documents",
      description: ASK,
      inputSchema: askInput,
      outputSchema: askDocument,
      annotations: { title: "Ask the documents", ...READS_ONLY },
    },
    async ({ question, top_k: topK, group, language }, { mcpReq }) => {
      const { signal } = mcpReq;
      const onStep = progressOf(mcpReq);
      const options = {
        history: [],
        ...(onStep !== undefined && { onStep }),
        ...(topK !== undefined && { topK }),
        ...(group !== undefined && { group }),
        ...(language !== undefined && { language }),
      };
      return orToldFault(async () => {
        const turn = { id: createId(), question, callerId, via: "mcp" as const, options };
        const document = await runTurn(turn, { functions, logger, now }, signal);
        // Nobody waits for it any more.
        if (document === undefined) throw new RequestFault({ status: 499, title: "The request was cancelled." });
        return askResult(question, document);
      });
    },
  );

  server.registerTool(
    "search",
    {
      title: "Search the documents",
      description: SEARCH,
      inputSchema: searchInput,
      outputSchema: searchDocument,
      annotations: { title: "Search the documents", ...READS_ONLY },
    },
    async ({ query, top_k: limit }, { mcpReq: { signal } }) =>
      orToldFault(async () => {
        const hits = (await functions.search(query, { limit }, signal)).map(toHitDocument);
        return { content: [{ type: "text", text: hitsText(query, hits) }], structuredContent: { hits } };
      }),
  );

  /** What the caller or the owner can mend is told; a bug is for the log alone. */
  async function orToldFault(work: () => Promise<CallToolResult>): Promise<CallToolResult> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RequestFault || isAppError(error)) return faultResult(error.message);
      logger.error("mcp.fault", { error });
      return faultResult("An internal error: the log of the server has it.");
    }
  }
}

/** Tells a client that wants to know it of each step, so that it sees that something goes on; undefined for one that does not. */
function progressOf(request: ServerContext["mcpReq"]): ((step: string) => void) | undefined {
  const { _meta: meta } = request;
  const progressToken = meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let progress = 0;
  return (message) => {
    const params = { progressToken, progress: ++progress, message };
    // Whoever has gone is told nothing; that it has gone ends the turn by its signal.
    request.notify({ method: "notifications/progress", params }).catch(() => undefined);
  };
}

function askResult(question: string, document: AskDocument): CallToolResult {
  const structuredContent = { ...document };
  const { outcome, message = "", reason, answer, citations } = document;
  if (outcome === "failed") return { ...faultResult(`${message} (${reason})`), structuredContent };
  return { content: [{ type: "text", text: outcome === "declined" ? silence() : answered() }], structuredContent };

  function silence(): string {
    return `${silenceNotice(question, reason)} (${reason})`;
  }

  function answered(): string {
    if (citations.length === 0) return answer;
    return `${answer}\n\n${/\p{Script=Han}/u.test(answer) ? "来源：" : "Sources:"}\n${sourceList(citations)}`;
  }
}

function faultResult(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: true };
}

function hitsText(query: string, hits: HitDocument[]): string {
  if (hits.length === 0) return /\p{Script=Han}/u.test(query) ? "没有找到相关段落。" : "Nothing was found.";
  return hits
    .map(({ rank, headings, text, ...place }) => `${rank}. ${placeText(place)}\n${headings.join(" › ")}\n\n${text}`)
    .join("\n\n");
}
