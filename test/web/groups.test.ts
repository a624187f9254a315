import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { GroupEntry } from "../../src/web/api/groups.ts";
import { postsByHour } from "../../src/web/pages/groups/posts-by-hour.ts";
import { serveApi } from "../http/api-fixture.ts";
import { answerRoutes, type StubbedAnswer, type StubbedRequest } from "./answer-routes.ts";
import { seriousFindings, useBrowser, type ConsoleOptions } from "./browser.ts";

const browser = useBrowser();
const BUILT = join(import.meta.dirname, "..", "..", "dist", "web");
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function groupEntry(over: Partial<GroupEntry> = {}): GroupEntry {
  return {
    id: "lark/hr/oc_1",
    channel: "hr",
    kind: "lark",
    group: "oc_1",
    listens: true,
    unasked: true,
    posts: { last_hour: 4, last_day: 23 },
    budget: { per_hour: 12, per_day: 60, min_gap_s: 30, max_share: 0.2 },
    timeline: Array.from({ length: 23 }, (_, index) => Date.now() - index * HOUR_MS),
    messages_24h: 318,
    answered_24h: 23,
    declined_24h: 271,
    last_message_at: Date.now() - 3 * MINUTE_MS,
    quiet_hours: ["22:00-08:00"],
    quiet_hours_from: "file",
    timezone: "Asia/Shanghai",
    quiet_now: false,
    ...over,
  };
}

/** The page on groups whose mutes and quiet hours are kept, as the service keeps them. */
async function openGroups(
  groups: GroupEntry[],
  {
    answer,
    ...options
  }: Partial<ConsoleOptions> & { answer?: (request: StubbedRequest) => StubbedAnswer | undefined } = {},
): Promise<{ page: Page; asked: StubbedRequest[] }> {
  const api = await serveApi({}, { consoleFolder: BUILT });
  const page = await browser.open({ ...options, url: api.url });
  const asked = await answerRoutes(page, (request) => answer?.(request) ?? groupsAnswer(groups, request));
  await page.evaluate(() => (location.hash = "#/groups"));
  return { page, asked };
}

function groupsAnswer(groups: GroupEntry[], { path, method, body }: StubbedRequest): StubbedAnswer | undefined {
  if (path === "/v1/groups") return { document: { groups } };
  const group = groups.find(({ id }) => path.startsWith(`/v1/groups/${id}/`));
  if (group === undefined) return undefined;
  if (path.endsWith("/mute")) {
    if (method === "PUT") group.muted_until = Date.now() + fieldOf<number>(body, "minutes", 0) * MINUTE_MS;
    else delete group.muted_until;
  } else {
    group.quiet_hours = method === "PUT" ? fieldOf<string[]>(body, "quiet_hours", []) : ["23:00-07:00"];
    group.quiet_hours_from = method === "PUT" ? "console" : "file";
  }
  return { document: group };
}

function fieldOf<Value>(body: unknown, name: string, otherwise: Value): Value {
  const fields: Record<string, Value> = Object.fromEntries(Object.entries(body ?? {}));
  return fields[name] ?? otherwise;
}

test("a group stands with its figures, its posts against the budget and how it listens", async () => {
  const { page } = await openGroups([
    groupEntry({ name: "Tenants" }),
    groupEntry({
      id: "wecom/it/2",
      group: "room-2",
      unasked: false,
      posts: { last_hour: 12, last_day: 12 },
      quiet_now: true,
      timeline: [],
    }),
  ]);
  const [first, second] = [page.locator(".group-card").first(), page.locator(".group-card").nth(1)];
  await first.getByText("Tenants").waitFor();
  const text = await first.innerText();
  for (const part of ["318", "271", "4 of 12", "23 of 60", "Listening", "22:00-08:00", "3 min. ago", "20%"]) {
    expect(text).toContain(part);
  }
  expect(await first.getByRole("meter", { name: "Posts in the last hour" }).getAttribute("aria-valuenow")).toBe("4");
  expect(
    await first.getByRole("img", { name: /^23 posts in the last 24 hours; 12 an hour are allowed/u }).count(),
  ).toBe(1);
  await first.getByText("As a table").click();
  expect(await first.locator(".plot-table tbody tr").count()).toBe(24);
  const other = await second.innerText();
  for (const part of ["room-2", "12 of 12 · used up", "Mentions only", "Quiet hours now"])
    expect(other).toContain(part);
  expect(await second.getByRole("img", { name: /^No post in the last 24 hours/u }).count()).toBe(1);
  expect(await seriousFindings(page)).toEqual([]);
});

test("a group is muted for a while or until it is ended, and may speak again", async () => {
  const { page, asked } = await openGroups([groupEntry()]);
  await page.getByLabel("Mute for").selectOption("8 hours");
  await page.getByRole("button", { name: "Mute" }).click();
  await page.getByText("Nothing is posted now.").waitFor();
  await page.getByText(/^Muted until .*\d:\d\d/u).waitFor();
  await page.getByRole("button", { name: "Unmute" }).click();
  await page.getByText("It may post again.").waitFor();
  expect(await page.getByText(/^Muted until/u).count()).toBe(0);
  await page.getByLabel("Mute for").selectOption("until I say so");
  await page.getByRole("button", { name: "Mute" }).click();
  await page.getByText("Muted until you say so").waitFor();
  const said = asked.filter(({ path }) => path === "/v1/groups/lark/hr/oc_1/mute");
  expect(said.map(({ method, body }) => [method, body])).toEqual([
    ["PUT", { minutes: 480 }],
    ["DELETE", undefined],
    ["PUT", { minutes: 10 * 365 * 24 * 60 }],
  ]);
});

test("quiet hours are added, changed and removed, and go back to those of the file", async () => {
  const { page, asked } = await openGroups([groupEntry()]);
  await page.getByRole("button", { name: "Change" }).click();
  const first = page.getByRole("group", { name: "Quiet hours 1" });
  expect(await first.getByLabel("From").evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await page.getByRole("button", { name: "Back to those of config.ini" }).count()).toBe(0);
  await first.getByLabel("From").fill("21:30");
  await first.getByText("until the next day").waitFor();
  await page.getByRole("button", { name: "Add hours" }).click();
  const second = page.getByRole("group", { name: "Quiet hours 2" });
  await second.getByLabel("From").fill("12:00");
  await second.getByLabel("to").fill("12:00");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Give both times, and two that differ.").waitFor();
  expect(asked.filter(({ method }) => method === "PUT")).toEqual([]);
  await second.getByLabel("to").fill("13:00");
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The quiet hours hold from now on.").waitFor();
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ quiet_hours: ["21:30-08:00", "12:00-13:00"] });
  await page.getByText("12:00-13:00").waitFor();
  const change = page.getByRole("button", { name: "Change" });
  await expect.poll(() => change.evaluate((element) => element === document.activeElement)).toBe(true);
  await change.click();
  await page.getByRole("button", { name: "Remove 21:30-08:00" }).click();
  await page.getByRole("button", { name: "Remove 12:00-13:00" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => asked.filter(({ method }) => method === "PUT").at(-1)?.body).toEqual({ quiet_hours: [] });
  await change.click();
  await page.getByRole("button", { name: "Back to those of config.ini" }).click();
  await page.getByText("23:00-07:00").waitFor();
});

test("what is refused is told with the reason, and nothing typed is lost", async () => {
  const { page } = await openGroups([groupEntry()], {
    expectedStatuses: [503],
    answer: ({ method }) =>
      method === "GET"
        ? undefined
        : { status: 503, document: { title: "Unavailable", status: 503, detail: "The store is closed." } },
  });
  await page.getByRole("button", { name: "Mute" }).click();
  await page.getByText("The store is closed.").waitFor();
  expect(await page.getByText(/^Muted until/u).count()).toBe(0);
  await page.getByRole("button", { name: "Change" }).click();
  const from = page.getByRole("group", { name: "Quiet hours 1" }).getByLabel("From");
  await from.fill("20:15");
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => page.getByText("The store is closed.").count()).toBe(2);
  expect(await from.inputValue()).toBe("20:15");
});

test("without groups it says what to set up, and without the key it asks for it", async () => {
  const { page } = await openGroups([], {
    locale: "zh-CN",
    answer: ({ headers }) =>
      headers["authorization"] === undefined
        ? { status: 401, document: { title: "Unauthorized", status: 401 } }
        : undefined,
  });
  await page.getByLabel("管理员密钥").fill("the-admin-key");
  await page.keyboard.press("Enter");
  await page.getByText("还没有群").waitFor();
  await page.getByText("[[channel]]").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
});

test("on a phone in the dark nothing runs off the side", async () => {
  const { page } = await openGroups([groupEntry({ name: "w".repeat(90) })], {
    width: 390,
    height: 844,
    locale: "zh-CN",
    colorScheme: "dark",
  });
  await page.getByRole("button", { name: "静音" }).waitFor();
  await page.getByRole("button", { name: "修改" }).click();
  await page.getByRole("button", { name: "添加时段" }).click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await seriousFindings(page)).toEqual([]);
});

test("posts are counted by hours of the clock, the present one last; older ones are left out", () => {
  const now = new Date(2026, 10, 24, 15, 20).getTime();
  const at = (hour: number, minute: number, day = 24): number => new Date(2026, 10, day, hour, minute).getTime();
  const hours = postsByHour([at(15, 0), at(15, 19), at(14, 59), at(15, 59, 23), at(16, 0, 23)], { now, hours: 24 });
  expect(hours).toHaveLength(24);
  expect(hours.at(-1)).toEqual({ from: at(15, 0), count: 2 });
  expect(hours.at(-2)?.count).toBe(1);
  expect(hours[0]).toEqual({ from: at(16, 0, 23), count: 1 });
});
