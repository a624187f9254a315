import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const CITED_CHARS = 200;

interface ChatBody {
  messages: { role: string; content: string }[];
}

/** A language model that answers at once with the beginning of its first passage, cited. */
export interface CitingModel {
  /** Stands in for the network. */
  fetch: typeof fetch;
  /** Milliseconds spent in here so far. */
  spentMs(): number;
}

export function citingModel(): CitingModel {
  let spent = 0;
  return {
    async fetch(_input, init) {
      const startedAt = performance.now();
      const body: ChatBody = JSON.parse(typeof init?.body === "string" ? init.body : "{}");
      const prompt = body.messages.at(-1)?.content ?? "";
      const passage = /^\[1\] .*\n([\s\S]*?)(?=\n\n\[2\] |\n<<<)/mu.exec(prompt)?.[1] ?? "";
      const sentence = passage.slice(0, CITED_CHARS).split(/(?<=[。！？.!?])/u, 2)[0] ?? "";
      const reply = {
        id: "stub",
        object: "chat.completion",
        created: 0,
        model: "stub",
        choices: [
          { index: 0, finish_reason: "stop", message: { role: "assistant", content: `${sentence.trim()}[1]` } },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      };
      const response = new Response(JSON.stringify(reply), { headers: { "content-type": "application/json" } });
      spent += performance.now() - startedAt;
      return response;
    },
    spentMs: () => spent,
  };
}

/** Writes a configuration whose only model is the stand-in. @returns its path */
export async function writeModelConfig(folder: string): Promise<string> {
  const path = join(folder, "config.ini");
  const lines = [
    "[[llm]]",
    'provider = "openai"',
    'model = "stub"',
    'base_url = "http://127.0.0.1:1/v1"',
    "stream = false",
    "requests_per_minute = 0",
  ];
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}
