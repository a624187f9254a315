import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { Router, type Request, type Response } from "express";
import { endpoint } from "../endpoint.ts";
import { RequestFault } from "../problem.ts";

export interface PageOptions {
  /** Where the built console lies: `index.html`, and `assets/` with the files it loads. */
  folder: string;
}

/** What the console is made of. Nothing else is handed out, whatever lies in the folder. */
const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  ico: "image/x-icon",
  jpg: "image/jpeg",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  webp: "image/webp",
  woff: "font/woff",
  woff2: "font/woff2",
};
/** Made beside a file when the console is built; the first that the browser takes. */
const PACKED = [
  { encoding: "br", ending: ".br" },
  { encoding: "gzip", ending: ".gz" },
];
const ASSET = /^[\w-][\w.-]*\.(?<ending>[a-z\d]+)$/u;
/** The name of an asset changes with what is in it. */
const ASSET_CACHE = "public, max-age=31536000, immutable";

/** The console: `/` and `/index.html`, asked for anew each time, and `/assets/*`, kept for a year. Its own routes are behind a `#`. */
export function pageRoutes({ folder }: PageOptions): Router {
  const assets = path.join(folder, "assets");
  const router = Router();
  const page = {
    get: [
      async (request: Request, response: Response): Promise<void> => {
        response.setHeader("cache-control", "no-cache");
        const html = await readFile(path.join(folder, "index.html")).catch(() => undefined);
        if (html === undefined) {
          sendUnbuilt(request, response);
          return;
        }
        // By content: the files of an installed package all have one date.
        response.setHeader("etag", `"${createHash("sha256").update(html).digest("base64url")}"`);
        response.type("html").send(html);
      },
    ],
  };
  router.use(
    endpoint("/", page),
    endpoint("/index.html", page),
    endpoint("/assets/:name", {
      get: [
        async (request, response) => {
          const name = String(request.params["name"]);
          const type = TYPES[ASSET.exec(name)?.groups?.["ending"] ?? ""];
          if (type === undefined || !(await isThere(path.join(assets, name)))) throw new RequestFault(NOT_FOUND);
          response.vary("Accept-Encoding");
          const packed = await packedFor(request, path.join(assets, name));
          if (packed !== undefined) response.setHeader("content-encoding", packed.encoding);
          response.setHeader("content-type", type);
          response.setHeader("cache-control", ASSET_CACHE);
          await sendAsset(response, assets, name + (packed?.ending ?? ""));
        },
      ],
    }),
  );
  return router;
}

const NOT_FOUND = { status: 404, title: "Not Found", code: "not_found" };

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function packedFor(request: Request, file: string): Promise<(typeof PACKED)[number] | undefined> {
  for (const one of PACKED) {
    if (request.acceptsEncodings(one.encoding) !== false && (await isThere(file + one.ending))) return one;
  }
  return undefined;
}

async function sendAsset(response: Response, root: string, name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    response.sendFile(name, { root, cacheControl: false, dotfiles: "deny" }, (error: unknown) => {
      // A browser that goes away before the end is nobody's fault.
      if (error === undefined || error === null || response.headersSent) resolve();
      else reject(new RequestFault(NOT_FOUND));
    });
  });
}

/** A page of its own where there is no console, without any script or style. */
function sendUnbuilt(request: Request, response: Response): void {
  const isChinese = request.acceptsLanguages(["en", "zh"]) === "zh";
  const [language, title, text] = isChinese
    ? [
        "zh",
        "控制台尚未构建",
        "接口可以照常使用。要打开控制台，请在软件包目录运行 <code>npm run build</code>，然后刷新本页。",
      ]
    : [
        "en",
        "The console was not built",
        "The API works all the same. For the console, run <code>npm run build</code> in the package's folder, then load this page again.",
      ];
  response.vary("Accept-Language");
  response
    .status(200)
    .type("html")
    .send(
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${title}</title></head>` +
        `<body><h1>${title}</h1><p>${text}</p></body></html>\n`,
    );
}
