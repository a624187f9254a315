/*
 * A question can be on the subject of a sentence and still not be answered by it: it denies what the sentence says, swaps
 * a figure, or asks for the opposite. Cosines and shared words hardly see that, so these signs are looked for by rule.
 */

/**
 * Chinese words with 不, 没, 未, 无 or 非 that deny nothing ("不同", "未来", "无论", "非洲", "连不上") are left out, as is
 * what nobody filled in ("不填").
 */
const NEGATION =
  /(?<![是能会要可有需必连登装打开用找])不(?!同|仅|但|过|断|久|足|少|管|论|平等|可分|锈|如|安|幸|动产|期|成对|填|传|写|带|上|了|出)|没有?(?!收|带|填|传)|未(?!婚|来|知|必)|无(?!论|政府|数|线|关|限|穷)|(?<![前北南西东])非(?!洲|常|裔|得|官)|\bnot\b|n't\b|\bnever\b|\bwithout\b|\bnon-/iu;
/** "能不能", "有没有", "吗": a choice between two; the opposite answers it too. */
const CHOICE =
  /(\p{Script=Han})[不没]\1|有没有|是否|吗|^(?:can|could|do|does|did|is|are|was|were|will|would|should|may|must|has|have)\b/iu;
/** Asked for the cause or the cure of something that does not work, or for what follows if it does not. */
const CURE = /为什么|为啥|为何|怎么|怎样|如何|咋|如果|要是|假如|\b(?:why|how|if)\b/iu;
const WHICH = /什么|啥|哪|谁|几|多少|何|\b(?:what|which|who|whom|whose|when|where)\b/iu;

/** Words that rule each other out, where one stands for what the other would be in the same sentence. */
const OPPOSITES: readonly (readonly [string, string])[] = (
  "最大 最小|最高 最低|最多 最少|最早 最晚|最长 最短|最好 最差|第一 最后|首先 最后|大型 小型|大于 小于|更多 更少|多数 少数|高 低|快 慢|" +
  "强 弱|长期 短期|增加 减少|提高 降低|上升 下降|增长 下降|加强 削弱|开始 结束|开始 停止|开放 关闭|打开 关闭|启用 禁用|安装 卸载|" +
  "登录 退出|入住 退房|入住 退宿|搬进 搬出|上班 下班|之前 之后|以前 以后|提前 推迟|早期 晚期|上午 下午|白天 晚上|工作日 周末|冬 夏|春 秋|" +
  "北 南|东 西|左 右|内部 外部|国内 国外|国内 国际|公共 私|城市 农村|支持 反对|赞成 反对|同意 反对|接受 拒绝|允许 禁止|合法 非法|" +
  "成功 失败|胜利 失败|赢 输|建立 崩溃|创建 关闭|崛起 衰落|获得 失去|加入 离开|出生 死|征服 投降|进口 出口|输入 输出|上传 下载|" +
  "收入 支出|生产 消费|男 女|父亲 母亲|儿子 女儿|富 穷|现代 古代|传统 现代|简单 复杂|容易 困难|优点 缺点|主要 次要|直接 间接|" +
  "必填 可选|同步 异步|有机 无机|和平 暴力|minimum maximum|smallest largest|lowest highest|before after|male female|" +
  "increase decrease|first last|input output|upload download|enable disable|start end"
)
  .split("|")
  .map((pair) => {
    const [one = "", other = ""] = pair.split(" ");
    return [one, other] as const;
  });

/** A figure, or a name with one in it: "16", "1.5", "L1", "gpt-4", "v0.0.17". */
const FIGURE = /(?<![\p{Script=Latin}\d_.-])[\p{Script=Latin}_-]*\d+(?:[.,_-]?[\p{Script=Latin}\d]+)*/gu;
const RANGE = /(\d+)\s*(?:层|楼|室|日|天|月|年)?\s*[-–—~～至到]\s*(\d+)/gu;

/** What sets a question apart from the text that comes nearest to it, 0 to 1. */
export interface NearMiss {
  /** The question denies something. */
  negated: number;
  /** It denies something and the text denies nothing. */
  denied: number;
  /** It says a word where the text has its opposite. */
  opposite: number;
  /** It names a figure that the text does not hold (.5), nor any passage around it (1). */
  otherFigure: number;
}

/**
 * Compares a question with the sentences nearest to it and with the passages around them; all in NFKC and lower case.
 */
export function nearMiss(question: string, text: string, passages: string): NearMiss {
  const chooses = CHOICE.test(question);
  const negated = !chooses && WHICH.test(question) && !CURE.test(question) && NEGATION.test(question);
  const figures = question.match(FIGURE) ?? [];
  const lacks = (where: string): number => (figures.some((figure) => !holdsFigure(where, figure)) ? 0.5 : 0);
  return {
    negated: negated ? 1 : 0,
    denied: negated && !NEGATION.test(text) ? 1 : 0,
    opposite: !chooses && OPPOSITES.some(([one, other]) => isSwapped(one, other, question, text)) ? 1 : 0,
    otherFigure: lacks(text) + lacks(passages),
  };
}

function isSwapped(one: string, other: string, question: string, text: string): boolean {
  const asksOne = question.includes(one);
  if (asksOne === question.includes(other)) return false;
  const [asked, opposite] = asksOne ? [one, other] : [other, one];
  return !text.includes(asked) && text.includes(opposite);
}

/** "16" stands in "16 层" and in "15 至 18 层". */
function holdsFigure(text: string, figure: string): boolean {
  const value = Number(figure);
  if (Number.isNaN(value)) return text.includes(figure);
  // "17" does not stand in "2017".
  if (new RegExp(`(?<!\\d)${figure.replaceAll(".", "\\.")}(?!\\d)`, "u").test(text)) return true;
  return [...text.matchAll(RANGE)].some(([, from, to]) => Number(from) <= value && value <= Number(to));
}
