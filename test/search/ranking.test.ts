import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddingModel } from "../../src/core/model.ts";
import type { Retriever } from "../../src/core/retriever.ts";
import { loadLocalEmbedding } from "../../src/models/local-embedding.ts";
import { openLexical } from "../../src/search/bm25.ts";
import { buildLexical } from "../../src/search/build-lexical.ts";
import { documentCentroids } from "../../src/search/centroids.ts";
import { buildExact, openExact } from "../../src/search/exact.ts";
import { createSearcher } from "../../src/search/searcher.ts";
import { memoryRows } from "./memory-rows.ts";

const MODEL_FOLDER = new URL("../../models/multilingual-e5-small-zh-en", import.meta.url).pathname;

/** Short documents of one team, by name; several are close to each other on purpose. */
const CHINESE: Record<string, string> = {
  退租: "退租须提前三个工作日发邮件给公寓服务台，交还钥匙和门禁卡，清空个人物品并打扫干净，由管理员验房后签字。",
  入住: "办理入住时请带身份证和入职通知，在服务台领取钥匙、门禁卡，核对房间物品清单并签字。",
  费用: "公寓水费每吨三元，电费每度一元，网费每月三十元，每月五日从工资卡扣除。",
  报修: "灯具、水龙头、空调坏了请在小程序里报修，维修人员两小时内上门，人为损坏照价赔偿。",
  访客: "访客须登记证件，晚上十点前离开，不得留宿。",
  班车: "班车早上七点四十从东门发车，经过地铁站，八点十分到达园区，周末停运。",
  食堂: "食堂早餐七点到九点，午餐十一点半到一点半，可以刷工卡或扫码付款。",
  请假: "年假须提前三天在系统里申请，病假可以事后补交医院证明，由组长审批。",
  报销: "差旅报销须在出差结束后十五天内提交，附上发票和行程单，超过标准的部分自付。",
  网关错误:
    "调用网关返回错误码 336003 表示请求参数不合法，请检查 max_tokens 是否超过 2048；返回 336100 表示服务器繁忙，请稍后重试。",
  流式接口: "流式对话请用 text/chat-stream 接口，逐段返回结果；非流式请用 text/chat。",
  显卡: "实验室的显卡按组分配，申请 A100 须说明训练规模，空闲超过三天自动回收。",
};

const ENGLISH: Record<string, string> = {
  install:
    "Install the toolkit with pip install mmpose after PyTorch; a CUDA build of version 11.3 or later is recommended.",
  config:
    "A config file lists the model, the data pipeline and the schedule; fields of a parent file can be overridden.",
  rtmpose: "rtmpose-m is a real-time pose estimator that runs at 90 frames per second on a desktop CPU.",
  hrnet: "HRNet keeps a high-resolution branch through the whole network and predicts heatmaps for body joints.",
  training:
    "Start training with tools/train.py; pass --resume to go on from the last checkpoint and --amp for mixed precision.",
  deploy: "Export a checkpoint to ONNX, then convert it to TensorRT for deployment on edge devices.",
  dataset: "Annotations follow the COCO format: one JSON file with images, keypoints and bounding boxes.",
  visualise: "Predicted skeletons can be drawn on a video with the visualizer, which writes an mp4 file.",
  licence: "The code is released under the Apache 2.0 licence and may be used in commercial products.",
  memory: "When the GPU runs out of memory, lower the batch size or turn on gradient checkpointing.",
  metrics: "Accuracy is reported as average precision at an object keypoint similarity between 0.5 and 0.95.",
  release: "Version v0.1.5 fixed a crash on empty annotations; v0.2.0 dropped support for Python 3.6.",
};

let model: EmbeddingModel;
beforeAll(async () => {
  model = await loadLocalEmbedding(MODEL_FOLDER);
});
afterAll(() => model.close?.());

async function retrieverOf(named: Record<string, string>): Promise<Retriever> {
  const signal = new AbortController().signal;
  const rows = memoryRows(Object.entries(named).map(([source, text]) => ({ source, title: "", chunks: [{ text }] })));
  const { dimensions } = model;
  const vectors = new Float32Array(rows.chunkCount * dimensions);
  for (const [row, vector] of (await model.embed(rows.passages, "passage", signal)).entries()) {
    vectors.set(vector, row * dimensions);
  }
  return createSearcher({
    lexical: openLexical(buildLexical(rows.passages)),
    vectors: openExact(buildExact(vectors, dimensions)),
    rows,
    centroids: await documentCentroids(vectors, dimensions, rows.documents),
    async embed(query) {
      const [vector] = await model.embed([query], "query", signal);
      return vector ?? new Float32Array(dimensions);
    },
  });
}

function ranks(named: Record<string, string>, queries: [query: string, expected: string][]): void {
  let retriever: Retriever;
  beforeAll(async () => {
    retriever = await retrieverOf(named);
  });
  test.each(queries)("%s → %s", async (query, expected) => {
    const { hits } = await retriever.retrieve(query, { limit: 3 }, new AbortController().signal);
    expect(hits[0]?.source).toBe(expected);
  });
}

describe("Chinese ranking set: the named document comes first", () => {
  ranks(CHINESE, [
    ["请问如何退公寓的时候需要注意什么？", "退租"],
    ["刚来报到怎么拿钥匙", "入住"],
    ["电费多少钱一度", "费用"],
    ["空调不制冷了找谁修", "报修"],
    ["朋友可以在宿舍过夜吗", "访客"],
    ["早上几点有车去园区", "班车"],
    ["午饭几点开始", "食堂"],
    ["生病了怎么请假", "请假"],
    ["出差回来发票什么时候交", "报销"],
    ["336003 是什么意思", "网关错误"],
    ["max_tokens 最大能设多少", "网关错误"],
    ["text/chat-stream 怎么用", "流式接口"],
    ["怎么申请 GPU", "显卡"],
    ["When does the shuttle bus leave?", "班车"],
    ["How do I report a broken lamp?", "报修"],
  ]);
});

describe("English ranking set: the named document comes first", () => {
  ranks(ENGLISH, [
    ["How do I install it?", "install"],
    ["Can I use this in a commercial product?", "licence"],
    ["CUDA out of memory", "memory"],
    ["how fast is rtmpose-m", "rtmpose"],
    ["RTMPose m fps", "rtmpose"],
    ["continue an interrupted training run", "training"],
    ["tools/train.py options", "training"],
    ["convert a model to TensorRT", "deploy"],
    ["which annotation format is expected", "dataset"],
    ["draw keypoints on a video", "visualise"],
    ["what changed in v0.1.5", "release"],
    ["how is average precision computed", "metrics"],
    ["heatmap of high resolution network", "hrnet"],
    ["inherit from another config", "config"],
    ["显存不够怎么办", "memory"],
    ["怎么把模型部署到边缘设备", "deploy"],
  ]);
});

test("keeps paraphrases that share no word with their document among the first three", async () => {
  const signal = new AbortController().signal;
  for (const [named, query, expected] of [
    [CHINESE, "搬走之前要做哪些事", "退租"],
    [ENGLISH, "how is AP computed", "metrics"],
  ] as const) {
    const { hits } = await (await retrieverOf(named)).retrieve(query, { limit: 3 }, signal);
    expect(hits.map(({ source }) => source)).toContain(expected);
  }
});
