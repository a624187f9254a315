import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { decodeFrame, encodeFrame, type LarkFrame } from "./frames.ts";
import { readObject } from "./fake-request.ts";

/** Lark's end of the long connection: the endpoint that hands out an address, and the socket there. */
export class FakeSocket {
  baseUrl = "";
  /** What came back for our frames, by message id. */
  readonly replies: { messageId: string; payload: Record<string, unknown> }[] = [];
  readonly asked: Record<string, unknown>[] = [];
  /** Code of the endpoint's reply. */
  code = 0;
  connections = 0;
  #sockets = new Set<Duplex>();
  #close: () => void = () => undefined;

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      const answer = async (): Promise<void> => {
        this.asked.push(await readObject(request));
        response.writeHead(200, { "content-type": "application/json" });
        const data = {
          URL: `${this.baseUrl.replace("http", "ws")}/ws?device_id=d1&service_id=1&ticket=socket-ticket`,
          ClientConfig: { PingInterval: 120, ReconnectCount: -1, ReconnectInterval: 1, ReconnectNonce: 0 },
        };
        response.end(JSON.stringify({ code: this.code, msg: this.code === 0 ? "ok" : "auth failed", data }));
      };
      answer().catch(() => response.destroy());
    });
    server.on("upgrade", (request, socket: Duplex) => {
      const accept = createHash("sha1")
        .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on("data", (chunk: Buffer) => this.#read(chunk));
      socket.on("end", () => socket.end());
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    this.baseUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    this.#close = () => {
      this.drop();
      server.closeAllConnections();
      server.close();
    };
    return this;
  }

  stop(): void {
    this.#close();
  }

  /** Breaks the connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  isOpen(): boolean {
    return this.#sockets.size > 0;
  }

  /** Sends an envelope, whole or in pieces. */
  deliver(envelope: unknown, { messageId, pieces = 1 }: { messageId: string; pieces?: number }): void {
    const payload = Buffer.from(JSON.stringify(envelope));
    const size = Math.ceil(payload.length / pieces);
    for (let seq = 0; seq < pieces; seq += 1) {
      const headers = {
        type: "event",
        message_id: messageId,
        sum: String(pieces),
        seq: String(seq),
        trace_id: "trace",
      };
      this.#write(encodeFrame({ method: 1, headers, payload: payload.subarray(seq * size, (seq + 1) * size) }));
    }
  }

  /** Waits for the reply to a message. */
  async replyTo(messageId: string): Promise<Record<string, unknown>> {
    const until = Date.now() + 3000;
    for (;;) {
      const found = this.replies.find((reply) => reply.messageId === messageId);
      if (found !== undefined) return found.payload;
      if (Date.now() > until) throw new Error(`no reply to ${messageId}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }

  #write(payload: Buffer): void {
    const length =
      payload.length < 126
        ? Buffer.from([payload.length])
        : Buffer.from([126, payload.length >> 8, payload.length & 255]);
    for (const socket of this.#sockets) socket.write(Buffer.concat([Buffer.from([0x82]), length, payload]));
  }

  /** Masked frames of a client; one chunk holds whole frames, small as they are. */
  #read(chunk: Buffer): void {
    let offset = 0;
    while (offset + 6 <= chunk.length) {
      const opcode = (chunk[offset] ?? 0) & 15;
      let length = (chunk[offset + 1] ?? 0) & 127;
      offset += 2;
      if (length === 126) {
        length = chunk.readUInt16BE(offset);
        offset += 2;
      }
      const mask = chunk.subarray(offset, offset + 4);
      const payload = Buffer.from(
        chunk.subarray(offset + 4, offset + 4 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)),
      );
      offset += 4 + length;
      if (opcode === 2) this.#take(decodeFrame(payload));
    }
  }

  #take({ method, headers, payload }: LarkFrame): void {
    if (method !== 1) return;
    const json: unknown = JSON.parse(payload.toString("utf8"));
    const object = typeof json === "object" && json !== null ? { ...json } : {};
    this.replies.push({ messageId: headers["message_id"] ?? "", payload: object });
  }
}
