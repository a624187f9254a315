import type { Channel, WebhookRequest } from "../../../src/core/channel.ts";
import { isObject } from "./fake-server.ts";

/** What the phone shows of one answer. */
export interface PhoneAnswer {
  question: string;
  text: string;
  references: string[];
}

/** The accessibility app: posts what it reads, polls, and reads replies as strictly as its Kotlin classes do. */
export function createFakePhone(channel: Channel, suffix: string) {
  const post = async (body: object): Promise<string> => {
    if (channel.ownsSuffix?.(suffix) !== true) throw new Error("404");
    const reply = await channel.receive?.(phoneRequest(JSON.stringify(body)));
    if (reply === undefined || reply.status < 200 || reply.status > 299)
      throw new Error(`HTTP ${reply?.status ?? 404}`);
    return reply.body ?? "";
  };
  return {
    write: (group: string, username: string, content: string, type = "text"): Promise<string> =>
      post({ query_id: group, groupname: group, username, query: { type, content } }),
    poll: async (group: string, username = "alice"): Promise<PhoneAnswer[]> => {
      const query = { type: "poll", content: "" };
      return readAnswers(await post({ query_id: group, groupname: group, username, query }));
    },
  };
}

export function phoneRequest(body: string, method = "POST"): WebhookRequest {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { method, query: new URLSearchParams(), headers, body: Buffer.from(body) };
}

/** As Gson does with the app's classes: every field is there and has its type. */
export function readAnswers(body: string): PhoneAnswer[] {
  const value: unknown = JSON.parse(body);
  if (!isObject(value) || typeof value["msg"] !== "string") throw new Error("no msg");
  if (!Number.isInteger(Number(value["msgCode"]))) throw new Error("msgCode is no number");
  if (!Array.isArray(value["data"])) throw new Error("data is no list");
  const data: unknown[] = value["data"];
  return data.map((element) => {
    if (!isObject(element) || !isObject(element["req"]) || !isObject(element["rsp"])) throw new Error("no pair");
    const { req, rsp } = element;
    const query = req["query"];
    if (!isObject(query) || typeof query["content"] !== "string") throw new Error("no query");
    for (const field of ["query_id", "groupname", "username"]) {
      if (typeof req[field] !== "string") throw new Error(`no ${field}`);
    }
    if (rsp["code"] !== 0 || rsp["state"] !== "success" || typeof rsp["text"] !== "string") throw new Error("no rsp");
    if (!Array.isArray(rsp["references"])) throw new Error("no references");
    return { question: query["content"], text: rsp["text"], references: rsp["references"].map(String) };
  });
}
