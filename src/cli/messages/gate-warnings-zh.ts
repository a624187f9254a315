/** Warnings of a tuning, as the gate words them in English, and their Chinese. */
const WARNINGS: [english: RegExp, chinese: string][] = [
  [/^Lines (.+) are the same with contradicting labels: (.*)$/su, "第 $1 行内容相同而标签矛盾：$2"],
  [/^(\d+) more texts have both labels\.$/u, "还有 $1 条内容同时有两种标签。"],
  [
    /^Of (\d+) labelled lines (\d+) were drawn; more would take long and teach little\.$/u,
    "从 $1 行标注中抽取了 $2 行；再多只会更慢，帮助不大。",
  ],
  [
    /^With (\d+) lines to leave alone, at most (\S+) answered wrongly cannot be shown with 95 % confidence; the threshold is above all of them\. Label some (\d+) such lines\.$/u,
    "应忽略的行只有 $1 行，无法以 95 % 置信度保证误答不超过 $2；阈值高于所有这些行。请标注约 $3 行应忽略的内容。",
  ],
];

/** A warning in Chinese; one that is not known stays as it is. */
export function gateWarningInChinese(warning: string): string {
  for (const [english, chinese] of WARNINGS) {
    if (english.test(warning)) return warning.replace(english, chinese);
  }
  return warning;
}
