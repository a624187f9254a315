/** What an answer must hold. */
export interface QuestionType {
  /** Asks for a procedure or an enumeration: the whole list answers, not one line of it. */
  list: boolean;
  /** Asks which ones there are: a sentence that names several answers. */
  enumeration: boolean;
  number: boolean;
  time: boolean;
  place: boolean;
  contact: boolean;
  reason: boolean;
  code: boolean;
}

const LIST =
  /流程|步骤|手续|注意|事项|怎么(?:办|做|退|住|申请|报|调|用|接|开|配|入|搬|办理|处理|获取|拿)|如何|怎样|哪些|哪几|有什么|有啥|需要(?:什么|准备|带|做|提供|交)|准备什么|要带|带什么|材料|分别|都有|包括|列出|列举|清单|所有|全部|\b(?:how (?:do|to|can|should|does)|steps?|procedure|process|what (?:do|should) (?:i|we)|which|list|what are|requirements?|need to|all)\b/iu;
const ENUMERATION = /哪些|哪几|都有(?:什么|哪)|有什么|\b(?:which|what are)\b/iu;
const NUMBER =
  /多少|几(?!乎)|多大|多高|多长|多久|多远|最大|最小|上限|下限|默认|范围|限制|取值|价格|费用|钱|收费|比例|版本|\b(?:how (?:many|much|long|far|large|big|often)|limit|default|range|maximum|minimum|max|min|price|cost|fee|version|number)\b/iu;
const TIME =
  /什么时候|何时|几点|时间|哪天|多久|提前|期限|截止|日期|周期|\b(?:when|what time|how long|hours?|deadline|date|until|before)\b/iu;
const PLACE =
  /哪里|哪儿|在哪|何处|地址|位置|地点|哪个(?:楼|层|房)|几楼|路径|网址|域名|链接|\b(?:where|address|location|located|url|path|endpoint|domain)\b/iu;
const CONTACT = /联系|电话|邮箱|邮件|找谁|谁负责|热线|发给谁|发到|\b(?:contact|phone|e-?mail|call|whom|who)\b/iu;
const REASON = /为什么|为何|为啥|原因|怎么回事|\b(?:why|reason|cause)\b/iu;
const CODE = /代码|示例|例子|样例|curl|命令|请求体|写法|\b(?:example|sample|snippet|code|command|curl)\b/iu;

export function questionType(question: string): QuestionType {
  return {
    list: LIST.test(question),
    enumeration: ENUMERATION.test(question),
    number: NUMBER.test(question),
    time: TIME.test(question),
    place: PLACE.test(question),
    contact: CONTACT.test(question),
    reason: REASON.test(question),
    code: CODE.test(question),
  };
}

/** Kinds of figure a question can ask for, and what a text that holds one looks like. */
const FIGURES: { asks: RegExp; holds: RegExp }[] = [
  {
    // "几号楼" asks for a building.
    asks: /哪一?天|几号(?![楼线门房院馆厅窗出])|什么日期|\bwhat (?:date|day)\b|\bwhich day\b/iu,
    holds:
      /(?:\d+|[一二三四五六七八九十]+)\s*(?:日(?![常期])|号(?![楼线门房院馆厅窗]))|(?:周|星期|礼拜)[一二三四五六日天末]|月[初底末]|每[天日周]|当[天日]|工作日|\d+\s*月|\d{4}[-./]\d{1,2}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b\d{1,2}(?:st|nd|rd|th)\b/iu,
  },
  {
    asks: /几(?:个工作)?[天日]|多久|多长时间|几个?(?:小时|分钟|星期|周|月)|期限|有效期|\bhow long\b|\bhow many (?:\w+ )?(?:days|hours|minutes|weeks)\b/iu,
    holds:
      /(?:\d+|[一二两三四五六七八九十半]+)\s*(?:个?(?:工作日|小时|月|星期)|天|日(?![常期])|周|分钟|秒|年)|当[天日]|立即|随时|一刻钟|\b\d+\s*(?:days?|hours?|minutes?|weeks?|months?|seconds?|s)\b/iu,
  },
  {
    asks: /多少钱|几块钱?|几元|价格|费用|租金|房租|收费|怎么收|\b(?:price|cost|fee|how much)\b/iu,
    holds:
      /\d+(?:\.\d+)?\s*(?:元|块|美元|人民币)|[（(]元[)）]|[¥$€£]\s*\d|免费|不收费|实际价格|\d\s*(?:€|£|euros?|pounds?|dollars?|cents?)\b|\b(?:free|yuan|rmb|usd|eur|gbp)\b/iu,
  },
  {
    asks: /几点|什么时间|\bwhat time\b|\b(?:office|opening) hours\b/iu,
    holds:
      /\d{1,2}[:：]\d{2}|\d{1,2}\s*(?:点|[ap]\.?m\b|o'clock)|\bat (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)\b/iu,
  },
  { asks: /几月|哪一?年/u, holds: /\d+\s*月|\d{4}\s*年|\d{4}[-./]\d{1,2}/u },
  {
    asks: /什么时候|何时|截止|\bwhen\b/iu,
    holds:
      /\d{4}\s*[年.-]|\d+\s*月|\d{1,2}[:：]\d{2}|(?:\d+|[一二两三四五六七八九十])\s*(?:个?(?:工作日|小时|月)|天|日|周)|[时前后][，,。、]|之[前后]|时[交付办领支退]|当[天日]|\b(?:before|after|until|by|within)\b/iu,
  },
  {
    asks: /额度|配额|\bquota\b/iu,
    holds: /(?:额度|配额|quota)[^。，,.]{0,12}\d|\d[^。，,.]{0,8}(?:额度|配额|quota)/iu,
  },
  { asks: /电话|手机号|\bphone\b/iu, holds: /\d{3,4}-?\d{7,8}|1\d{10}|\+?\d[\d\s()-]{5,}\d/u },
  { asks: /邮箱|邮件地址|\be-?mail\b/iu, holds: /[\w.+-]+@[\w-]+\.\w/u },
  { asks: /版本|\bversion\b/iu, holds: /v?\d+\.\d+|\bv\d|-\d{3,4}\b|[a-z]-[a-z0-9]/iu },
];
const COUNTED = /(?:多少|几)\s*([\p{Script=Han}])(?!钱|点)/u;

/**
 * Whether a text holds the kind of figure that a question asks for: a duration for 几天, a price for 多少钱, "8 层" for
 * 多少层. Undefined when the question asks for no figure.
 */
export function holdsAskedFigure(question: string, text: string): boolean | undefined {
  for (const { asks, holds } of FIGURES) if (asks.test(question)) return holds.test(text);
  const unit = COUNTED.exec(question)?.[1];
  if (unit !== undefined && /[兆张层个种台次条人间级倍字位项家号]/u.test(unit)) {
    return new RegExp(`(?:\\d|[一二两三四五六七八九十百千])\\s*(?:个\\s*)?${unit === "个" ? "" : unit}`, "u").test(
      text,
    );
  }
  return undefined;
}

const ASKS_DATE =
  /什么时候|何时|哪一?年|哪几年|年份|什么日期|哪一?天|几号(?![楼线门房院馆厅窗出])|哪个?月|哪个?世纪|哪个年代|\b(?:when|what (?:year|date|century))\b/iu;
const HOLDS_DATE =
  /(?<!\d)(?:1\d|20)\d\d(?!\d|\s*(?:元|个|字|人|米|条|次|token))|(?:\d+|[一二三四五六七八九十]+)\s*(?:年|月|日|世纪|点)|时期|时代|年代|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|century)\b/iu;
const ASKS_COUNT = /多少|几[个次年月天人位种]|多[大高长远]|百分比|\b(?:how (?:many|much|far|long)|what percentage)\b/iu;
const HOLDS_COUNT =
  /\d|[一二三四五六七八九十百千万两]+(?:[个次年月天人位种分倍亿名所座]|公里|米)|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million)\b/iu;

/**
 * Whether a text holds a date where one is asked for, or an amount: coarser than `holdsAskedFigure`, for prose. Undefined
 * when the question asks for neither.
 */
export function holdsAskedKind(question: string, text: string): boolean | undefined {
  if (ASKS_DATE.test(question)) return HOLDS_DATE.test(text);
  if (ASKS_COUNT.test(question)) return HOLDS_COUNT.test(text);
  return undefined;
}

const HAS_NUMBER = /\d|[一二两三四五六七八九十百千万]+(?:个|天|日|元|次|小时|分|秒|人|层|楼|年|月|周|倍|公里|米)/u;
const HAS_TIME =
  /\d{1,2}[:：]\d{2}|\d+\s*(?:个工作日|个?小时|分钟|天|日|周|月|年|秒)|[一二两三四五六七八九十]+(?:个工作日|天|日|小时|周|个月|年)|工作日|当日|当天|提前|之前|以前|期间|每[日天周月]|\b(?:hours?|minutes?|days?|weeks?|months?|daily|before|after|within)\b/iu;
const HAS_PLACE =
  /路|号|楼|层|室|区|市|办公室|大厅|旁|地铁|站|https?:\/\/|\/v\d|\b(?:street|road|floor|room|office|building)\b/iu;
const HAS_CONTACT = /@|\d{3,4}-?\d{7,8}|1\d{10}|电话|邮箱|座机|联系/u;
const HAS_REASON = /因为|由于|原因|所以|导致|因此|\b(?:because|since|due to|therefore|cause)/iu;

/** Share of what the question asks for that a text shows, 0 to 1; 0.5 when the question asks for nothing in particular. */
export function typeMatch(type: QuestionType, text: string): number {
  const wanted: boolean[] = [];
  if (type.enumeration) wanted.push(/(?:[^、]+、){2}|(?:[^,]+, ){3}/u.test(text));
  if (type.number) wanted.push(HAS_NUMBER.test(text));
  if (type.time) wanted.push(HAS_TIME.test(text));
  if (type.place) wanted.push(HAS_PLACE.test(text));
  if (type.contact) wanted.push(HAS_CONTACT.test(text));
  if (type.reason) wanted.push(HAS_REASON.test(text));
  if (type.code) wanted.push(/```|curl|=|\(|\{/u.test(text));
  return wanted.length === 0 ? 0.5 : wanted.filter(Boolean).length / wanted.length;
}
