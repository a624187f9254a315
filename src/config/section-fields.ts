import { flag, oneOf, quietHours, share, texts, timezone, wholeNumber } from "./fields.ts";

/** Keys of [corpus], without defaults: a group may override each. */
export const corpusFields = {
  paths: texts("Files and folders; relative ones to this file's folder. Default: the package's sample corpus."),
  include: texts("Globs of what is read, on paths relative to this file's folder; *.md means that name in any folder."),
  exclude: texts("Globs of what is left out; wins over include. Hidden files and node_modules are left out anyway."),
  max_file_mib: wholeNumber(1, 4096, "MiB", "Larger files are listed as failed."),
  ocr: flag("Reads scanned pages and images (needs the optional OCR package)."),
};

/** Keys of [gate], without defaults. */
export const gateFields = {
  max_wrong: share("Share of ignorable lines that may be answered unasked."),
  question: share("P(question) below this is chitchat."),
  judge: oneOf(["never", "unsure", "always"], "When an LLM may be asked to judge (needs [[llm]])."),
  judge_per_hour: wholeNumber(
    0,
    100_000,
    "calls",
    "Such calls in any 60 minutes; beyond it the gate decides alone. 0 = none.",
  ),
};

/** Keys of [group], without defaults. */
export const groupFields = {
  debounce_s: wholeNumber(0, 3600, "s", "Silence of one member after which the burst is read as one message."),
  max_burst_age_s: wholeNumber(1, 86_400, "s", "Older lines of a burst are dropped."),
  unasked: flag("Answers without being mentioned, when the gate says so."),
  human_first_s: wholeNumber(
    0,
    86_400,
    "s",
    "Waits for a person before an unasked answer; cancelled when one answers.",
  ),
  max_age_s: wholeNumber(
    1,
    604_800,
    "s",
    "A question that is older when it is read, after a long stop, is only logged.",
  ),
  mentioned_max_age_s: wholeNumber(1, 604_800, "s", "The same for a question that mentions the bot."),
  admins: texts("Ids of the members who may use /why, /mute, /unmute, /recall and /feedback in the group."),
};

/** Keys of [attention], without defaults. */
export const attentionFields = {
  min_gap_s: wholeNumber(0, 86_400, "s", "Least time from one post to the next."),
  per_hour: wholeNumber(0, 10_000, "posts", "Posts an hour."),
  per_day: wholeNumber(0, 100_000, "posts", "Posts a day."),
  max_share: share("Our posts among the last 50 messages, at most."),
  quiet_hours: quietHours('Spans such as "22:00-08:00"; posts wait for the morning, none is dropped.'),
  timezone: timezone("Time zone of quiet_hours and of the day."),
};
