import type { AppError } from "../../core/errors.ts";
import { badReply } from "../gateway-errors.ts";
import type { Gateway } from "../gateway.ts";
import { postForLines } from "../http.ts";
import { parseJson, textAt, valueAt } from "../json-path.ts";
import { businessError, headersOf, openEnvelope, type AllesApinCall, type AllesApinConnection } from "./envelope.ts";

/** What a stream came to. */
export interface StreamedText {
  text: string;
  /** As the vendor spells it; absent where the interface does not tell. */
  stopReason: string | undefined;
}

/**
 * Reads a streamed reply of alles-apin. Each piece has a line of its own, `data: {"success": "true", "msg": "…"}`, from
 * Claude without `data:`; with `type: "text"` it is `data: …` and an empty piece stands for a line break. The document
 * names no end mark, so the reply ends when the connection does.
 * @throws AppError `model_*`, `timeout`, `aborted`
 */
export async function streamMessages(
  connection: AllesApinConnection,
  call: AllesApinCall,
  onText: (text: string) => void,
): Promise<StreamedText> {
  const { gateway, baseUrl, timeoutMs } = connection;
  const reader = createMessageReader(gateway, onText);
  const { start } = await postForLines(
    gateway,
    {
      url: `${baseUrl}${call.path}`,
      headers: headersOf(connection),
      body: call.body,
      timeoutMs,
      signal: call.signal,
    },
    (line) => reader.read(line),
  );
  return reader.end(start);
}

interface MessageReader {
  read(line: string): "more" | "done";
  end(start: string): StreamedText;
}

function createMessageReader(gateway: Gateway, onText: (text: string) => void): MessageReader {
  let text = "";
  let stopReason: string | undefined;
  let kind: "json" | "text" | undefined;

  function emit(piece: string): void {
    if (piece === "") return;
    text += piece;
    onText(piece);
  }

  function read(line: string): "more" | "done" {
    const isPrefixed = line.startsWith("data:");
    if (!isPrefixed && /^(?:event|id|retry)?:/u.test(line)) return "more";
    const payload = isPrefixed ? line.slice("data:".length).replace(/^ /u, "") : line;
    if (payload.trim() === "[DONE]") return "done";
    const value = parseJson(payload);
    if (valueAt(value, "success") !== undefined) {
      kind = "json";
      if (String(valueAt(value, "success")) !== "true") throw failure(gateway, textAt(value, "msg") ?? payload);
      emit(textAt(value, "msg") ?? "");
      stopReason = textAt(value, "stop_reason") ?? stopReason;
      return "more";
    }
    // A fault that was found before the stream began comes in the usual envelope, as the whole reply.
    if (valueAt(value, "msgCode") !== undefined) openEnvelope(gateway, value);
    if (!isPrefixed || kind === "json" || (kind === undefined && payload.startsWith("{"))) {
      throw badReply(gateway, "streamed a line that is no piece of a reply", { got: line, retryable: true });
    }
    kind = "text";
    emit(payload === "" ? "\n" : payload);
    return "more";
  }

  return {
    read,
    end(start) {
      if (kind === undefined)
        throw badReply(gateway, "answered a stream without pieces", { got: start, retryable: true });
      return { text, stopReason };
    },
  };
}

function failure(gateway: Gateway, said: string): AppError {
  return businessError(gateway, gateway.redact(said).slice(0, 300), { said, data: undefined });
}
