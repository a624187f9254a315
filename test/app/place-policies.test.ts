import { expect, test } from "vitest";
import { placeSettings } from "../../src/app/place-policies.ts";
import { configSchema } from "../../src/config/schema.ts";

const config = configSchema.parse({
  channel: [
    { kind: "console", name: "one", groups: ["told", "listed"], group: [{ id: "told", per_hour: 3, paths: ["/own"] }] },
    { kind: "console", name: "two" },
  ],
});
const settingsOf = placeSettings(config, "en");
const at = (channel: string, conversationId: string) => settingsOf({ channel, app: channel, conversationId });

test("a group has its own changes and the channel's list of groups", () => {
  expect(at("one", "told")).toMatchObject({
    policy: { listens: true, attention: { perHour: 3 } },
    corpusPaths: ["/own"],
  });
  expect(at("one", "listed")).toMatchObject({ policy: { listens: true, attention: { perHour: 12 } } });
  expect(at("one", "other").policy.listens).toBe(false);
  expect(at("two", "other").policy.listens).toBe(true);
});

test("places that the file does not tell apart share one policy, however many there are", () => {
  expect(at("two", "a")).toBe(at("two", "b"));
  expect(at("http", "a")).toBe(at("elsewhere", "b"));
  expect(at("one", "a")).not.toBe(at("two", "a"));
});
