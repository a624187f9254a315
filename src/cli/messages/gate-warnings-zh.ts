/** Warnings of the gate, as the gate words them in English, and their Chinese. */
const WARNINGS: [english: RegExp, chinese: string][] = [
  [/^Lines (.+) are the same with contradicting labels: (.*)$/su, "第 $1 行内容相同而标签矛盾：$2"],
  [/^(\d+) more texts have both labels\.$/u, "还有 $1 条内容同时有两种标签。"],
  [
    /^Of (\d+) labelled lines (\d+) were drawn; more would take long and teach little\.$/u,
    "从 $1 行标注中抽取了 $2 行；再多只会更慢，帮助不大。",
  ],
  [
    /^With (\d+) lines to leave alone, at most (\S+) answered wrongly cannot be shown with 95 % confidence; the threshold is above all of them\. That needs at least (\S+) such lines\.$/u,
    "应忽略的行只有 $1 行，无法以 95 % 置信度保证误答不超过 $2；阈值高于所有这些行。至少需要 $3 行应忽略的内容。",
  ],
  [
    /^The gate was tuned on other documents than there are now(?:, and is adjusted to them)?; run "xianheng tune" again when they changed much\.$/u,
    "训练门控之后文档有变动，已按现有文档调整；如果变动较大，请重新运行 xianheng tune。",
  ],
  [
    /^The gate of group (.+) was tuned on other documents than there are now(?:, and is adjusted to them)?; run "xianheng tune" again when they changed much\.$/u,
    "训练群 $1 的门控之后文档有变动，已按现有文档调整；如果变动较大，请重新运行 xianheng tune。",
  ],
  [/^The former gate file could not be used; it is kept as (.+)\.$/u, "原来的门控文件不能使用，已保留为 $1。"],
];

/** A warning in Chinese; one that is not known stays as it is. */
export function gateWarningInChinese(warning: string): string {
  for (const [english, chinese] of WARNINGS) {
    if (english.test(warning)) return warning.replace(english, chinese);
  }
  return warning;
}
