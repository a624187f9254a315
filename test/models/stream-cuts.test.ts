import { expect, test } from "vitest";
import type { Fetch } from "../../src/core/runtime.ts";
import { createOpenAiChat } from "../../src/models/openai-chat.ts";
import { createRedactor } from "../../src/core/redact.ts";
import { delta, finished, usageEvent } from "./stand-in/chat-completion.ts";
import { createJumpingClock } from "./stand-in/clocks.ts";

const EVENTS = [
  ": comment",
  `data: ${JSON.stringify(delta("<th"))}`,
  `data: ${JSON.stringify(delta("ink>想"))}`,
  `data: ${JSON.stringify(delta("</think>\n三"))}`,
  `data: ${JSON.stringify(delta("天 😀é"))}`,
  `data: ${JSON.stringify(finished())}`,
  `data: ${JSON.stringify(usageEvent)}`,
  "data: [DONE]",
];

function fetchOf(chunks: Uint8Array[]): Fetch {
  return async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        chunks.forEach((chunk) => controller.enqueue(chunk));
        controller.close();
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
}

async function streamed(chunks: Uint8Array[]): Promise<{ joined: string; text: string; completion: number }> {
  const gateway = { id: "v/m", fetch: fetchOf(chunks), clock: createJumpingClock(), redact: createRedactor([]) };
  const model = createOpenAiChat({
    gateway,
    baseUrl: "http://x.test/v1",
    model: "m",
    limits: { contextTokens: 8192, replyTokens: 256 },
    timeoutMs: 5000,
    stream: true,
  });
  let joined = "";
  const request = { messages: [{ role: "user" as const, content: "?" }] };
  const reply = await model.stream?.(request, (piece) => (joined += piece), new AbortController().signal);
  return { joined, text: reply?.text ?? "", completion: reply?.usage.completion ?? 0 };
}

test.each([
  ["\n", "LF"],
  ["\r\n", "CRLF"],
])("a stream cut in two at any byte reads the same (line ends %#)", async (lineEnd) => {
  const bytes = new TextEncoder().encode(EVENTS.map((event) => event + lineEnd + lineEnd).join(""));
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const result = await streamed([bytes.slice(0, cut), bytes.slice(cut)]);
    expect(result, `cut at ${cut}`).toEqual({ joined: "三天 😀é", text: "三天 😀é", completion: 7 });
  }
});

test("a stream that comes byte by byte reads the same", async () => {
  const bytes = new TextEncoder().encode(EVENTS.map((event) => `${event}\n\n`).join(""));
  const result = await streamed(Array.from(bytes, (byte) => new Uint8Array([byte])));
  expect(result.text).toBe("三天 😀é");
});

test("a stream that ends after any byte gives the whole text or an error, never a part as the whole", async () => {
  const bytes = new TextEncoder().encode(EVENTS.map((event) => `${event}\n\n`).join(""));
  for (let end = 0; end < bytes.length; end += 1) {
    const text = await streamed([bytes.slice(0, end)]).then(
      (result) => result.text,
      () => "error",
    );
    expect(["三天 😀é", "error"], `end at ${end}`).toContain(text);
  }
});
