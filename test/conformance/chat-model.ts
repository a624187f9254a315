import { afterEach, describe, expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel, ChatRequest } from "../../src/core/model.ts";

/** What the other side of the model does. */
export type GatewayBehaviour =
  | { kind: "answers"; text: string }
  | { kind: "cut-at-length"; text: string }
  | { kind: "empty" }
  | { kind: "malformed" }
  | { kind: "unauthorised" }
  | { kind: "rate-limited-once"; text: string }
  | { kind: "silent" };

export interface OpenModel {
  model: ChatModel;
  /** What reached the other side: the contents of its messages, one list a call. */
  asked: () => string[][];
  close: () => Promise<void>;
}

export interface ChatModelSuite {
  name: string;
  open: (behaviour: GatewayBehaviour) => Promise<OpenModel>;
  /** Tests that do not hold for this model, each with the reason. */
  skip?: { reason: string; tests: string[] }[];
}

const QUESTION: ChatRequest = { messages: [{ role: "user", content: "退公寓要提前几天？" }] };
const never = new AbortController().signal;

/** What every `ChatModel` must do, whatever is behind it. */
export function describeChatModel({ name, open, skip = [] }: ChatModelSuite): void {
  const skipped = new Set(skip.flatMap(({ tests }) => tests));
  const opened: OpenModel[] = [];

  async function use(behaviour: GatewayBehaviour): Promise<OpenModel> {
    const one = await open(behaviour);
    opened.push(one);
    return one;
  }

  function behaves(title: string, run: () => Promise<void>): void {
    if (!skipped.delete(title)) {
      test(title, run);
    }
  }

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  describe(name, () => {
    behaves("is named vendor/model and has room for a prompt beside the reply", async () => {
      const { model } = await use({ kind: "answers", text: "x" });
      expect(model.id).toMatch(/^[\w-]+\/.+/);
      expect(model.limits.replyTokens).toBeGreaterThan(0);
      expect(model.limits.contextTokens).toBeGreaterThan(model.limits.replyTokens);
    });

    behaves("answers with the text, the model and the tokens used", async () => {
      const { model } = await use({ kind: "answers", text: "提前三个工作日。\n\n- Mail 邮件 😀" });
      const reply = await model.complete(QUESTION, never);
      expect(reply).toMatchObject({ text: "提前三个工作日。\n\n- Mail 邮件 😀", truncated: false, warnings: [] });
      expect(reply.model).toMatch(/^[\w-]+\/.+/);
      expect(reply.usage.prompt).toBeGreaterThan(0);
      expect(reply.usage.completion).toBeGreaterThan(0);
    });

    behaves("hands on pieces that joined are the reply", async () => {
      const { model } = await use({ kind: "answers", text: "第一步：发邮件。Second: 😀 return." });
      let text = "";
      const reply = await model.stream?.(QUESTION, (piece) => (text += piece), never);
      expect(text).toBe(reply?.text ?? "");
      expect(reply?.text ?? text).toBe(text);
    });

    behaves("tells that the reply was cut at a length limit", async () => {
      const { model } = await use({ kind: "cut-at-length", text: "提前三个" });
      expect(await model.complete(QUESTION, never)).toMatchObject({ text: "提前三个", truncated: true });
    });

    behaves("asks nothing when it is cancelled beforehand", async () => {
      const { model, asked } = await use({ kind: "answers", text: "x" });
      expect(await faultOf(model.complete(QUESTION, AbortSignal.abort()))).toBe("aborted");
      expect(asked()).toEqual([]);
    });

    behaves("stops waiting when it is cancelled", async () => {
      const { model, asked } = await use({ kind: "silent" });
      const controller = new AbortController();
      const reply = faultOf(model.complete(QUESTION, controller.signal));
      await expect.poll(() => asked().length).toBe(1);
      controller.abort();
      expect(await reply).toBe("aborted");
    });

    behaves("refuses an empty reply", async () => {
      const { model } = await use({ kind: "empty" });
      expect(await faultOf(model.complete(QUESTION, never))).toBe("model_bad_reply");
    });

    behaves("refuses a reply that cannot be read", async () => {
      const { model } = await use({ kind: "malformed" });
      expect(await faultOf(model.complete(QUESTION, never))).toBe("model_bad_reply");
    });

    behaves("never repeats a call whose key was refused", async () => {
      const { model, asked } = await use({ kind: "unauthorised" });
      expect(await faultOf(model.complete(QUESTION, never))).toBe("model_unauthorised");
      expect(asked()).toHaveLength(1);
    });

    behaves("tries again when it was limited", async () => {
      const { model, asked } = await use({ kind: "rate-limited-once", text: "好" });
      expect((await model.complete(QUESTION, never)).text).toBe("好");
      expect(asked()).toHaveLength(2);
    });

    behaves("sends broken surrogates as characters that JSON has", async () => {
      const { model, asked } = await use({ kind: "answers", text: "x" });
      await model.complete({ messages: [{ role: "user", content: "a\uD83Db" }] }, never);
      expect(asked()[0]?.every((content) => content.isWellFormed())).toBe(true);
    });

    behaves("leaves out old turns that do not fit, never the question", async () => {
      const { model, asked } = await use({ kind: "answers", text: "x" });
      const old = "旧".repeat(Math.ceil(model.limits.contextTokens / 3));
      const turns = Array.from({ length: 3 }, (_, turn) => [
        { role: "user" as const, content: `${turn}${old}` },
        { role: "assistant" as const, content: `answer ${turn}` },
      ]).flat();
      await model.complete({ messages: [...turns, ...QUESTION.messages] }, never);
      const contents = asked()[0] ?? [];
      expect(contents.at(-1)).toBe("退公寓要提前几天？");
      expect(contents.length).toBeLessThan(turns.length + 1);
      expect(contents.some((content) => content.startsWith("0"))).toBe(false);
    });
  });

  test(`${name}: every skipped test is one of the suite's`, () => {
    expect([...skipped]).toEqual([]);
  });
}

/** Code of the AppError that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) {
      return error.code;
    }
    throw error;
  }
  return "no error";
}
