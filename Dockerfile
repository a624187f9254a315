# syntax=docker/dockerfile:1
ARG NODE_VERSION=22

# Compiler and development packages stay in this stage.
FROM node:${NODE_VERSION}-bookworm-slim AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends g++ make python3 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# The image has Node's headers: nothing is fetched for the compiler.
ENV npm_config_nodedir=/usr/local
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts && npm rebuild hnswlib-node
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY scripts/make-executable.mjs scripts/
COPY src src
# The runtime of the embedding model comes for three systems; two of them are 220 MB that cannot run here.
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts \
  && rm -rf node_modules/onnxruntime-node/bin/*/darwin node_modules/onnxruntime-node/bin/*/win32

FROM node:${NODE_VERSION}-bookworm-slim
LABEL org.opencontainers.image.title="Xianheng" \
  org.opencontainers.image.description="A domain-knowledge assistant for group chats, with checked citations" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
COPY LICENSE package.json config.ini.example ./
COPY models models
COPY corpus corpus
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
# A new named volume begins with this file: it listens on all addresses, so serve refuses to start without API keys.
COPY --chown=node:node deploy/container.ini /data/config.ini
RUN chown node:node /data && chmod 750 /data
USER node
WORKDIR /data
VOLUME /data
EXPOSE 8280
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8280/healthz').then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve"]
