import { expect, test } from "vitest";
import { groupSettings } from "../../src/config/group-settings.ts";
import { configSchema } from "../../src/config/schema.ts";

const CONFIG = configSchema.parse({
  attention: { per_hour: 6 },
  channel: [
    {
      kind: "console",
      name: "hr",
      groups: ["g1", "g2"],
      group: [{ id: "g1", per_hour: 2, admins: ["boss"], question: 0.8, quiet_hours: ["22:00-08:00"] }],
    },
  ],
});

test("a group's own changes win over the sections, the rest stays", () => {
  const { group, attention, gate } = groupSettings(CONFIG, "hr", "g1");
  expect(attention).toEqual({ ...CONFIG.attention, per_hour: 2, quiet_hours: ["22:00-08:00"] });
  expect(group).toEqual({ ...CONFIG.group, admins: ["boss"] });
  expect(gate).toEqual({ ...CONFIG.gate, question: 0.8 });
});

test("a group without changes has what the sections say", () => {
  expect(groupSettings(CONFIG, "hr", "g2")).toEqual({
    group: CONFIG.group,
    attention: CONFIG.attention,
    gate: CONFIG.gate,
    corpus: CONFIG.corpus,
    listens: true,
  });
});

test("a channel listens to the groups that it names", () => {
  expect(groupSettings(CONFIG, "hr", "g3").listens).toBe(false);
});

test("in a replay the group is known by its id alone", () => {
  expect(groupSettings(CONFIG, "replay", "g1")).toMatchObject({ listens: true, attention: { per_hour: 2 } });
});
