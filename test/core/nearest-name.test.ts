import { expect, test } from "vitest";
import { nearestName } from "../../src/core/nearest-name.ts";

const MODELS = [
  "gpt-4",
  "gpt-4o",
  "gpt-4o-mini",
  "gpt-3.5-turbo",
  "deepseek-chat",
  "deepseek-reasoner",
  "Qwen/Qwen2.5-7B",
];

test.each([
  ["gpt4o", "gpt-4o"],
  ["GPT-4o", "gpt-4o"],
  ["gpt-4o-mni", "gpt-4o-mini"],
  ["gpt-4o-2024", "gpt-4o"],
  ["deepseek_chat", "deepseek-chat"],
  ["deepseek", "deepseek-chat"],
  ["qwen2.5-7b", "Qwen/Qwen2.5-7B"],
  ["qwen2.5-7b:latest", "Qwen/Qwen2.5-7B"],
  ["llama-3-70b-instruct", undefined],
  ["", undefined],
])("%j most likely means %j", (name, expected) => {
  expect(nearestName(name, MODELS)).toBe(expected);
});
