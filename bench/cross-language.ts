/*
 * Questions in another language than their documents: `npx tsx bench/cross-language.ts [-v]`. English questions about the
 * Chinese sample corpus, Chinese ones about two short English documents (made here), and English lines that the documents
 * do not answer. Prints how many find a passage with the fact among the first five and how many are answered with it. None of
 * these questions was used to fit anything.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAssistant } from "../src/app.ts";
import { loadConfig } from "../src/config/load.ts";

interface CrossQuestion {
  question: string;
  /** Ending of the source that holds the fact. */
  document: string;
  /** All must be said; each in one of its spellings. */
  facts: string[][];
}

const GUIDE = "公寓入住指南.docx";
const FEES = "公寓费用清单.xlsx";
const GATEWAY = "alles-apin 接口手册.pdf";
const QWEN = "aimhub-qwen-max-1201.md";
const DOLLY = "qianfan-dolly-12b.html";

const ENGLISH_QUESTIONS: CrossQuestion[] = [
  { question: "How do I move out of the apartment?", document: GUIDE, facts: [["3个工作日"], ["验收"]] },
  { question: "What do I have to watch out for when leaving the dormitory?", document: GUIDE, facts: [["押金收据"]] },
  {
    question: "What documents do I hand in to get my deposit back?",
    document: GUIDE,
    facts: [["银行转账记录"], ["开户行"]],
  },
  { question: "How many floors does the building have?", document: GUIDE, facts: [["18层"]] },
  {
    question: "How long does it take to ride a bike from the apartment to the office?",
    document: GUIDE,
    facts: [["15分钟"]],
  },
  { question: "The internet in my room is down, who can help?", document: GUIDE, facts: [["ITService@pjlab.org.cn"]] },
  { question: "Which floors have a washing machine in every room?", document: GUIDE, facts: [["15至18层", "15层"]] },
  { question: "Who cleans the public areas of the building?", document: GUIDE, facts: [["物业"]] },
  { question: "What happens to things I leave behind in my room?", document: GUIDE, facts: [["视为丢弃"]] },
  { question: "Do I have to pay for furniture that I damaged?", document: GUIDE, facts: [["赔偿"]] },
  { question: "What is the address of the apartment for a taxi?", document: GUIDE, facts: [["南宁路"]] },
  { question: "My fridge is broken, whom should I call?", document: GUIDE, facts: [["021-61260058"]] },
  { question: "Where is the women's laundry?", document: GUIDE, facts: [["一楼"]] },
  { question: "How do I check in as a new resident, step by step?", document: GUIDE, facts: [["押金"], ["门禁"]] },
  { question: "How much does it cost to replace a lost access card?", document: FEES, facts: [["20"]] },
  { question: "How much is one load of laundry?", document: FEES, facts: [["4"]] },
  { question: "What must I pay for a broken microwave oven?", document: FEES, facts: [["350"]] },
  { question: "Price of professional cleaning for a two-bedroom flat", document: FEES, facts: [["200"]] },
  { question: "How long are parcels kept for free?", document: FEES, facts: [["3天"]] },
  { question: "Which cluster does region=us1 send requests to?", document: GATEWAY, facts: [["硅谷"]] },
  { question: "Can I use ERNIE Bot through the gateway right now?", document: GATEWAY, facts: [["暂不可用"]] },
  {
    question: "What should I do when a request to OpenAI times out?",
    document: GATEWAY,
    facts: [["超时时间", "timeout"]],
  },
  { question: "Whom do I ask for a higher rate limit?", document: GATEWAY, facts: [["产品负责人"]] },
  {
    question: "Should temperature and top_p be changed together for qwen-max-1201?",
    document: QWEN,
    facts: [["其中一个"]],
  },
  { question: "How many Chinese characters is one token?", document: QWEN, facts: [["1个汉字"]] },
  {
    question: "What happens to old messages when the conversation gets too long for qwen?",
    document: QWEN,
    facts: [["遗忘"]],
  },
  {
    question: "Which two ways of authentication does Dolly-12B support?",
    document: DOLLY,
    facts: [["access_token"], ["AK/SK"]],
  },
  {
    question: "What does it mean when the reply says that history must be cleared for safety?",
    document: DOLLY,
    facts: [["安全风险"]],
  },
];

const TRAVEL = `# Travel expenses at Harbour Works

## Booking a trip

Book train tickets at least ten days before the trip in the travel portal. Flights inside the country need the approval of your team lead.

## Hotel

The company pays up to 120 euros a night for a hotel, breakfast included. In Zurich and London the limit is 180 euros.

## Claiming money back

Send the receipts to expenses@harbour.example within thirty days after the trip. Without a receipt no more than 15 euros are paid back.
The money reaches your account with the next salary.

## Driving your own car

You get 30 cents a kilometre when you drive your own car. Parking fees are paid in full, fines never.
`;

const COFFEE = `# The coffee machine on the third floor

## Cleaning

Press the drop symbol for five seconds and put one cleaning tablet into the tray. Cleaning takes twelve minutes and is due every Friday.

## When the red light blinks

A red light that blinks twice means that the water tank is empty. Three times means that the grounds container is full.
If it stays red, switch the machine off and call Mario from facility services, extension 4417.

## Beans

Beans are in the left cupboard. Whoever opens the last bag orders new ones from the kitchen team.
Decaf has its own grinder on the right; never fill it with ordinary beans.
`;

const CHINESE_QUESTIONS: CrossQuestion[] = [
  { question: "出差住酒店一晚最多报销多少钱", document: "travel.md", facts: [["120"]] },
  { question: "火车票要提前几天订", document: "travel.md", facts: [["tendays"]] },
  {
    question: "报销的发票发到哪个邮箱，多久之内要交",
    document: "travel.md",
    facts: [["expenses@harbour.example"], ["thirtydays"]],
  },
  { question: "没有收据能报多少", document: "travel.md", facts: [["15euros"]] },
  { question: "开自己的车出差怎么补贴", document: "travel.md", facts: [["30cents"]] },
  { question: "停车费和罚款公司给报吗", document: "travel.md", facts: [["fines"]] },
  { question: "国内航班需要谁批准", document: "travel.md", facts: [["teamlead"]] },
  { question: "咖啡机多久清洗一次，怎么洗", document: "coffee.md", facts: [["everyfriday"]] },
  { question: "红灯闪两下是什么意思", document: "coffee.md", facts: [["watertank"]] },
  { question: "咖啡机一直亮红灯找谁", document: "coffee.md", facts: [["4417"]] },
  { question: "咖啡豆放在哪里", document: "coffee.md", facts: [["leftcupboard"]] },
  { question: "最后一包豆子用完了怎么办", document: "coffee.md", facts: [["kitchenteam"]] },
];

/** On the subject of the sample corpus or near it, and not answered there. */
const QUIET_LINES = [
  "Is there a swimming pool in the apartment?",
  "Can I keep a dog in my room?",
  "How much is the monthly rent?",
  "When does the cafeteria open?",
  "How do I train my own language model?",
  "What is the salary of an intern?",
  "Does the gateway support image generation with Midjourney?",
  "Who is the president of France?",
  "How do I cook rice?",
  "What is the capital of Australia?",
];

const verbose = process.argv.includes("-v");
const signal = new AbortController().signal;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s*`|–—-]/gu, "");
}

function holds(text: string, facts: string[][]): boolean {
  const said = plain(text);
  return facts.every((spellings) => spellings.some((spelling) => said.includes(plain(spelling))));
}

async function measure(title: string, questions: CrossQuestion[], paths: string[] | undefined): Promise<void> {
  const workDir = await mkdtemp(join(tmpdir(), "xianheng-cross-"));
  const config = await loadConfig({ cwd: workDir, env: {} });
  const assistant = createAssistant({ config, workDir, logger: silent, locale: "en" });
  try {
    await assistant.ingest({}, signal);
    if (paths !== undefined) await assistant.ingest({ paths }, signal);
    const total = { document: 0, passage: 0, spoken: 0, answered: 0 };
    for (const { question, document, facts } of questions) {
      const hits = (await assistant.search(question, { limit: 5 }, signal)).filter(({ source }) =>
        source.endsWith(document),
      );
      const hasPassage = hits.some(({ chunk }) => facts.some((fact) => holds(chunk.text, [fact])));
      const { outcome, scores } = await assistant.ask(question, {}, signal);
      const isRight =
        outcome.kind === "answered" &&
        holds(outcome.answer, facts) &&
        outcome.citations.some(({ source }) => source.endsWith(document));
      if (hits.length > 0) total.document++;
      if (hasPassage) total.passage++;
      if (outcome.kind === "answered") total.spoken++;
      if (isRight) total.answered++;
      if (!verbose || (hasPassage && isRight)) continue;
      console.log(
        `  ✗ ${question}\n    ${hasPassage ? "found" : "not found"}, ${outcome.kind}, a=${scores?.answerable.toFixed(2)}`,
      );
      if (outcome.kind === "answered") console.log(`    ${outcome.answer.replaceAll("\n", "\n    ")}`);
    }
    const of = questions.length;
    console.log(
      `${title}: document among five ${total.document}/${of}, passage ${total.passage}/${of}, answered ${total.spoken}/${of}, with all facts ${total.answered}/${of}`,
    );
    if (paths !== undefined) return;
    let quiet = 0;
    for (const line of QUIET_LINES) {
      const { outcome, scores } = await assistant.ask(line, {}, signal);
      if (outcome.kind === "declined") quiet++;
      else if (verbose) console.log(`  ✗ not quiet, a=${scores?.answerable.toFixed(2)}: ${line}`);
    }
    console.log(`English lines without an answer, met with silence: ${quiet}/${QUIET_LINES.length}`);
  } finally {
    await assistant.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

const folder = await mkdtemp(join(tmpdir(), "xianheng-english-"));
try {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "travel.md"), TRAVEL);
  await writeFile(join(folder, "coffee.md"), COFFEE);
  await measure("English to Chinese", ENGLISH_QUESTIONS, undefined);
  await measure("Chinese to English", CHINESE_QUESTIONS, [folder]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
