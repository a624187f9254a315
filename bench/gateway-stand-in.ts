/*
 * An OpenAI-compatible gateway that answers at once, as a process of its own: prints its port, ends with its parent. A
 * streamed reply's first piece of text is the time it was sent at (nanoseconds of the machine's monotonic clock); after
 * `/slow` in the address pieces keep coming for some seconds.
 */
import { createServer, type ServerResponse } from "node:http";

const SLOW_PIECES = 60;
const SLOW_GAP_MS = 50;
/** Between headers and the first text, as a model thinks before it speaks. */
const THINKING_MS = 3;

const whole = JSON.stringify({
  id: "stub",
  object: "chat.completion",
  created: 0,
  model: "stub",
  choices: [
    { index: 0, finish_reason: "stop", message: { role: "assistant", content: "退宿须提前三个工作日申请。[1]" } },
  ],
  usage: { prompt_tokens: 2000, completion_tokens: 20, total_tokens: 2020 },
});

function sendPiece(response: ServerResponse, content: string, finish: string | null = null): void {
  const choices = [{ index: 0, delta: { content }, finish_reason: finish }];
  response.write(`data: ${JSON.stringify({ object: "chat.completion.chunk", choices })}\n\n`);
}

function end(response: ServerResponse): void {
  sendPiece(response, "", "stop");
  response.end("data: [DONE]\n\n");
}

function stream(response: ServerResponse, isSlow: boolean): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.flushHeaders();
  setTimeout(() => {
    sendPiece(response, `${process.hrtime.bigint()} `);
    if (!isSlow) {
      end(response);
      return;
    }
    let pieces = 1;
    const timer = setInterval(() => {
      sendPiece(response, "退宿须提前三个工作日发邮件申请，");
      pieces += 1;
      if (pieces < SLOW_PIECES) return;
      clearInterval(timer);
      end(response);
    }, SLOW_GAP_MS);
  }, THINKING_MS);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (!Buffer.concat(chunks).includes('"stream":true')) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(whole);
      return;
    }
    stream(response, (request.url ?? "").startsWith("/slow"));
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" && address !== null ? address.port : 0);
});
process.stdin.resume().on("end", () => process.exit());
