import { Refusal, textField } from "./fake-request.ts";

export interface FakeCard {
  id: string;
  json: Record<string, unknown>;
  /** Every text that was ever put into it. */
  texts: string[];
  sequence: number;
  isStreaming: boolean;
  isSent: boolean;
  isGone: boolean;
}

/** Lark's cardkit: one sequence for all changes of a card, strictly rising; text only while it is being streamed into. */
export class FakeCards {
  readonly all: FakeCard[] = [];
  /** Set to refuse cards as if the app lacked the permission. */
  isForbidden = false;
  /** Set to refuse any card that is sent, with this code. */
  refuses: number | undefined;

  get(id: string): FakeCard {
    const card = this.all.find((item) => item.id === id && !item.isGone);
    if (card === undefined) throw new Refusal(400, 200_740, "no card");
    return card;
  }

  /** A card entity can be sent once; a card that is written out has to be whole. */
  checkSent(content: Record<string, unknown>): void {
    if (this.refuses !== undefined)
      throw new Refusal(400, this.refuses, "Failed to create card content, ErrCode: 11310");
    const { data } = content;
    if (content["type"] === "card" && typeof data === "object" && data !== null) {
      const card = this.get(String(Reflect.get(data, "card_id")));
      if (card.isSent) throw new Refusal(400, 230_099, "card was sent already");
      card.isSent = true;
      return;
    }
    checkCard(content);
  }

  handle(method: string, path: string, body: Record<string, unknown>): Record<string, unknown> {
    if (this.isForbidden) throw new Refusal(400, 99_991_672, "no permission cardkit:card:write");
    const [, id, under = ""] = /^\/open-apis\/cardkit\/v1\/cards(?:\/([^/]+)(\/.*)?)?$/.exec(path) ?? [];
    if (id === undefined) return this.#create(body);
    const card = this.get(id);
    const { sequence } = body;
    if (typeof sequence !== "number" || !Number.isInteger(sequence) || sequence < 1 || sequence > 2 ** 31 - 1) {
      throw new Refusal(400, 99_992_402, "sequence");
    }
    if (sequence <= card.sequence) throw new Refusal(400, 300_317, "sequence number compare failed");
    if (method === "PUT" && /^\/elements\/[a-z]\w{0,19}\/content$/i.test(under)) putText(card, body);
    else if (method === "PATCH" && under === "/settings") patchSettings(card, body);
    else if (method === "PUT" && under === "") putCard(card, body);
    else throw new Refusal(404, 99_991_000, "no such path");
    card.sequence = sequence;
    return {};
  }

  #create(body: Record<string, unknown>): Record<string, unknown> {
    const json = parse(textField(body, "data"));
    if (body["type"] !== "card_json") throw new Refusal(400, 99_992_402, "type");
    checkCard(json);
    const id = `card${this.all.length + 1}`;
    const isStreaming = isOn(json["config"]);
    this.all.push({ id, json, texts: [], sequence: 0, isStreaming, isSent: false, isGone: false });
    return { card_id: id };
  }
}

function putText(card: FakeCard, body: Record<string, unknown>): void {
  if (!card.isStreaming) throw new Refusal(400, 300_309, "streaming mode is closed");
  card.texts.push(textField(body, "content"));
}

function patchSettings(card: FakeCard, body: Record<string, unknown>): void {
  const config = parse(textField(body, "settings"))["config"];
  card.isStreaming = isOn(config);
  card.json = { ...card.json, config };
}

function putCard(card: FakeCard, body: Record<string, unknown>): void {
  const inner = body["card"];
  if (typeof inner !== "object" || inner === null) throw new Refusal(400, 99_992_402, "card");
  const json = parse(textField({ ...inner }, "data"));
  checkCard(json);
  card.json = json;
  card.isStreaming = isOn(json["config"]);
}

function checkCard(json: Record<string, unknown>): void {
  const text = JSON.stringify(json);
  if (json["schema"] !== "2.0" || !text.includes('"update_multi":true')) throw new Refusal(400, 200_621, "bad card");
  if (Buffer.byteLength(text) > 30_720) throw new Refusal(400, 200_860, "card too large");
  const tables = text.match(/\\n[ ]*\|?[ ]*:?-{3,}:?[ ]*\|/g) ?? [];
  const codes = text.match(/```/g) ?? [];
  if (tables.length > 5 && codes.length === 0) throw new Refusal(400, 230_099, "ErrCode: 11310; too many tables");
}

function isOn(config: unknown): boolean {
  return typeof config === "object" && config !== null && Reflect.get(config, "streaming_mode") === true;
}

function parse(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Refusal(400, 200_621, "no JSON object");
  return { ...value };
}
