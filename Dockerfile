# kasm-sim as an image: what the package has, built by the first stage, and the packages of production. Any image with Node.js 24 and
# npm will do as the base:
#   docker build --build-arg BASE_IMAGE=registry.example.com/mirror/node:24-slim .
ARG BASE_IMAGE=node:24-slim
FROM ${BASE_IMAGE} AS build

WORKDIR /app
# Before the sources, so that an edit of ours does not install the packages anew.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

COPY tsconfig.json tsconfig.build.json ./
COPY server ./server
COPY scenarios ./scenarios
COPY simulator ./simulator
RUN npm run -s build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${BASE_IMAGE}

WORKDIR /app
ENV NODE_ENV=production

COPY package.json LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist

# Runs write their results to runs/ below the working directory, which nobody but this user needs to write to.
RUN mkdir /data && chown 1000:1000 /data
USER 1000:1000
WORKDIR /data

# The web app says that it is there; another command names its own address, and one without a server switches the check off.
ENV KASM_SIM_HEALTH_URL=http://127.0.0.1:8080/api/__healthcheck
HEALTHCHECK --interval=2s --timeout=5s --start-period=10s --retries=15 \
  CMD ["node", "-e", "fetch(process.env.KASM_SIM_HEALTH_URL).then(({ status }) => process.exit(status < 500 ? 0 : 1), () => process.exit(1))"]

EXPOSE 8080 5055
ENTRYPOINT ["node", "/app/dist/simulator/main.js"]
CMD ["serve", "--host", "0.0.0.0"]
