import type { Hit } from "../../src/core/retriever.ts";
import type { LabelledEvidence } from "../../src/gate/labelled.ts";
import { seededRandom } from "../../src/gate/random.ts";

const DIMENSIONS = 16;
const ASKED = [
  "怎么安装推理后端",
  "报错了怎么办",
  "支持哪些模型",
  "配置文件在哪里改",
  "如何导出权重",
  "显存不够怎么调",
];
const CHATTED = [
  "中午吃什么好呢",
  "谁家的猫这么可爱",
  "周末有人打球吗",
  "股票又跌了怎么办",
  "这部电影好看吗",
  "房租多少钱一个月",
];

/** Made-up group lines: those to answer lie nearer to the documents and to one another. */
export function syntheticLines(count: number, { seed = 1, noise = 0.35 } = {}): LabelledEvidence[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index): LabelledEvidence => {
    const positive = index % 3 === 0;
    const words = positive ? ASKED : CHATTED;
    const text = `${words[Math.floor(random() * words.length)] ?? ""}${index}${index * 7}`;
    const vector = new Float32Array(DIMENSIONS).map((_value, axis) => {
      const pull = axis === (positive ? 0 : 1) ? 0.6 : 0;
      return pull + noise * (random() - 0.5);
    });
    const length = Math.hypot(...vector);
    const best = (positive ? 0.9 : 0.87) + 0.02 * (random() - 0.5);
    return {
      text,
      positive,
      line: index + 1,
      hits: [hit(`${text} 的说明：先看文档第 ${index % 5} 节。`, best)],
      evidence: {
        queryVector: vector.map((value) => value / length),
        nearest: Array.from({ length: 30 }, (_value, rank) => best - 0.0005 * rank),
        centroid: best,
        bestLexical: positive ? 30 : 15,
        knownTerms: positive ? 0.8 : 0.4,
        bestCoverage: positive ? 0.5 : 0.3,
      },
    };
  });
}

export function hit(text: string, dense: number): Hit {
  return {
    rank: 1,
    score: dense,
    dense,
    lexical: 10,
    chunk: { id: text, documentId: "d", text, headings: [], start: 0, end: text.length },
    source: "docs/guide.md",
    title: "使用指南",
    mediaType: "text/markdown",
  };
}

export const FINGERPRINT = { embedding: "model-a", corpus: "corpus-a" };
