import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../src/store/open-store.ts";
import { openRooms, ROOM_ENV, roomsConfig } from "./chat-rooms.ts";
import { APARTMENT, createProject, PRINTERS } from "./run-cli.ts";
import { freePort, startServing, until } from "./serving.ts";

/** Such as `postgres://postgres@127.0.0.1:5432/test`; without it there is no database that two processes can share. */
const server = process.env["XIANHENG_TEST_POSTGRES"];

/** Sends each request to the next of the ports, and on to another one when nobody listens there. */
async function openBalancer(ports: readonly number[]): Promise<{ url: string; counts: Map<number, number> }> {
  const counts = new Map<number, number>();
  let turn = 0;
  const balancer = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      turn += 1;
      const first = turn;
      const pass = (left: number): void => {
        const port = ports[(first + left) % ports.length];
        const { method, headers, url: path } = incoming;
        const call = httpRequest({ host: "127.0.0.1", port, method, path, headers }, (reply) => {
          if (port !== undefined) counts.set(port, (counts.get(port) ?? 0) + 1);
          outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
          reply.pipe(outgoing);
        });
        call.once("error", () => {
          if (left === 0) outgoing.writeHead(502).end();
          else pass(left - 1);
        });
        call.end(Buffer.concat(parts));
      };
      pass(ports.length - 1);
    });
  });
  balancer.listen(0, "127.0.0.1");
  await once(balancer, "listening");
  onTestFinished(() => {
    balancer.closeAllConnections();
    balancer.close();
  });
  const address = balancer.address();
  return { url: typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "", counts };
}

async function freshDatabase(url: string): Promise<string> {
  const name = `xianheng_two_${process.pid}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  onTestFinished(async () => {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  });
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

if (server === undefined || server === "") {
  test("says how to run two processes on PostgreSQL", () => {
    expect(server ?? "").toBe("");
  });
} else {
  test("two processes on one database answer every question once, and one goes on when the other is killed", async () => {
    const ports: number[] = [];
    const [{ url, counts }, database] = await Promise.all([openBalancer(ports), freshDatabase(server)]);
    const rooms = await openRooms(url);
    onTestFinished(() => rooms.close());
    const { lark } = rooms;
    const files = { "corpus/apartment.md": APARTMENT, "corpus/printers.md": PRINTERS };
    const serve = (port: number) => {
      const all = roomsConfig(rooms, { port, more: "" });
      const config = `${all.slice(0, all.indexOf('[[channel]]\nkind = "wecom-bot"'))}[store]\nurl = "${database}"\n`;
      const serving = startServing({ cwd: createProject(files, config), env: ROOM_ENV, port });
      onTestFinished(() => void serving.child.kill("SIGKILL"));
      return serving;
    };
    // Last of all, and one after the other: nobody else shall be given the port meanwhile.
    const start = async () => {
      const port = await freePort();
      const serving = serve(port);
      await serving.whenReady();
      ports.push(port);
      return serving;
    };
    const one = await start();
    const two = await start();

    const ids: string[] = [];
    const askAll = async (from: number, count: number): Promise<void> => {
      for (let index = from; index < from + count; index++) {
        const id = `om_two${index}`;
        ids.push(id);
        const options = { from: `ou_${index}`, toBot: true };
        // The platform delivers a line to both.
        await Promise.all([1, 2].map(() => lark.deliver("退房需要提前几天申请？", id, options)));
      }
    };
    await askAll(0, 6);
    await until(() => ids.every((id) => lark.repliesTo(id).length > 0));
    await askAll(6, 4);
    one.child.kill("SIGKILL");
    await one.end;
    await askAll(10, 4);
    // What the dead one held is taken up when its leases end, after 30 s.
    await until(() => ids.every((id) => lark.repliesTo(id).length > 0));

    expect(ids.map((id) => lark.repliesTo(id).length)).toEqual(ids.map(() => 1));
    expect(rooms.answered.map(({ status }) => status)).toEqual(rooms.answered.map(() => 200));
    for (const port of ports) expect(counts.get(port)).toBeGreaterThan(5);
    const metrics = await (await fetch(`http://127.0.0.1:${ports[1]}/metrics`)).text();
    expect(metrics).toMatch(/^bot_event_duplicates_total\{platform="lark"\} [1-9]/mu);
    expect(metrics).toMatch(/^bot_outbound_requests_total\{platform="lark",api="[a-z ]+",code="0"\} [1-9]/mu);
    expect(metrics).toMatch(/^bot_ack_seconds_count\{platform="lark"\} [1-9]/mu);
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${ports[1]}/metrics`)).text(), { timeout: 10_000 })
      .toMatch(/^bot_queue_depth 0$/mu);
    const store = await openStore({ url: database, workDir: "", alone: false });
    const records = await Promise.all(ids.map((id) => store.findRecords(id)));
    await store.close();
    // One ending each; who asks what was just answered is pointed to it.
    expect(records.map(({ length }) => length)).toEqual(ids.map(() => 1));
    expect(
      records.flat().filter(({ outcome, reason }) => outcome !== "answered" && reason !== "already-answered"),
    ).toEqual([]);

    two.child.kill("SIGTERM");
    const { code, stderr } = await two.end;
    expect(code).toBe(0);
    // --verbose, and still nothing of what anybody wrote.
    expect(stderr).toContain('"event":"http.request"');
    expect(stderr).not.toMatch(/几天|三个工作日/u);
  }, 150_000);
}
