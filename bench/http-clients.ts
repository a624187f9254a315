/*
 * Clients of /v1/query as a process of its own, so that making the load and answering it have an event loop each. Started by
 * http.ts as `http-clients.ts URL CLIENTS SECONDS SEED`; prints one line of JSON, a `ClientReport`. Plain sockets instead of an HTTP
 * library: on two cores whatever the clients spend is taken from the server.
 */
import { connect, type Socket } from "node:net";
import { readGoodQuestions } from "./sample-questions.ts";

export interface ClientReport {
  /** Milliseconds of each request, from the first byte sent to the last one received. */
  waits: number[];
  /** What is left of each without `timings.total` of its response. */
  overheads: number[];
  /** By outcome; any status but 200 counts as `error`. */
  outcomes: Record<string, number>;
  seconds: number;
  /** Processor time of the clients, in milliseconds a request. */
  cpuMs: number;
}

const FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜";
const GIVEN_NAMES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红玲辉鹏飞宁";

/** A question nobody asked before: the vector of each must be made. */
function asked(question: string, turn: number): string {
  const family = FAMILY_NAMES[turn % FAMILY_NAMES.length] ?? "";
  const given = GIVEN_NAMES[Math.floor(turn / FAMILY_NAMES.length) % GIVEN_NAMES.length] ?? "";
  const second = GIVEN_NAMES[Math.floor(turn / FAMILY_NAMES.length / GIVEN_NAMES.length) % GIVEN_NAMES.length] ?? "";
  return `${family}${given}${second}想问${question}`;
}

interface Reply {
  status: number;
  body: string;
}

/** Sends one request after another over one connection. */
class Client {
  readonly #socket: Socket;
  readonly #head: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;

  constructor(url: URL) {
    this.#head = `POST /v1/query HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\nAccept: application/json\r\n`;
    this.#socket = connect(Number(url.port), url.hostname).setNoDelay(true);
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("error", (error) => this.#waiting?.reject(error));
    this.#socket.on("close", () => this.#waiting?.reject(new Error("the connection was closed")));
  }

  async ask(question: string): Promise<Reply> {
    const body = JSON.stringify({ question });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${this.#head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  end(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.toString("latin1", 0, headEnd);
    const length = Number(/content-length: (\d+)/iu.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) throw new Error(`no length in ${head}`);
    const bodyEnd = headEnd + 4 + length;
    if (this.#received.length < bodyEnd) return;
    const body = this.#received.toString("utf8", headEnd + 4, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    this.#waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }
}

async function measure(url: URL, clients: number, seconds: number, seed: number): Promise<ClientReport> {
  const questions = (await readGoodQuestions()).map(({ question }) => question);
  const report: ClientReport = { waits: [], overheads: [], outcomes: {}, seconds: 0, cpuMs: 0 };
  let turn = seed;
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  const cpu = process.cpuUsage();

  async function askAll(client: Client): Promise<void> {
    while (performance.now() < until) {
      const number = turn++;
      const question = asked(questions[number % questions.length] ?? "", number);
      const sentAt = performance.now();
      const outcome = await client.ask(question).then(
        ({ status, body }) => {
          const waitMs = performance.now() - sentAt;
          if (status !== 200) return "error";
          const document: { outcome: string; timings: { total: number } } = JSON.parse(body);
          report.waits.push(waitMs);
          report.overheads.push(waitMs - document.timings.total);
          return document.outcome;
        },
        () => "error",
      );
      report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
    }
    client.end();
  }

  await Promise.all(Array.from({ length: clients }, async () => askAll(new Client(url))));
  report.seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  report.cpuMs = (user + system) / 1000 / Math.max(1, report.waits.length);
  return report;
}

const [url = "", clients = "1", seconds = "1", seed = "0"] = process.argv.slice(2);
console.log(JSON.stringify(await measure(new URL(url), Number(clients), Number(seconds), Number(seed))));
