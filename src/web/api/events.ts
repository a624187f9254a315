import { EventSourceParserStream } from "eventsource-parser/stream";
import { isConnected } from "../state/connection.ts";
import { ApiFault, request, type RequestOptions } from "./request.ts";

export interface ApiEvent {
  name: string;
  data: unknown;
}

/** The events of a stream, until it ends. @throws ApiFault, also when the connection is lost half way */
export async function* requestEvents(path: string, options: RequestOptions): AsyncGenerator<ApiEvent> {
  const response = await request(path, { ...options, accept: "text/event-stream" });
  if (response.body === null) return;
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (;;) {
      const { done, value } = await read(events, options.signal);
      if (done) return;
      const data: unknown = JSON.parse(value.data);
      yield { name: value.event ?? "message", data };
    }
  } finally {
    events.cancel().catch(() => undefined);
  }
}

async function read<Value>(
  reader: ReadableStreamDefaultReader<Value>,
  signal: AbortSignal | undefined,
): Promise<ReadableStreamReadResult<Value>> {
  try {
    return await reader.read();
  } catch (error) {
    signal?.throwIfAborted();
    isConnected.value = false;
    throw new ApiFault({ status: 0, code: "unreachable", detail: String(error) });
  }
}
