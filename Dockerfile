# The service without the embedded PostgreSQL: a container is given DATABASE_URL.
#   docker build -t crm-service . && docker run -p 8006:8006 -e DATABASE_URL=... -e ADMIN_TOKENS=... crm-service
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY dashboard/package.json dashboard/
COPY packages/client/package.json packages/client/
RUN npm ci --omit=optional --ignore-scripts
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY src ./src
COPY openapi.json ./
COPY dashboard ./dashboard
COPY packages ./packages
RUN npm run build

FROM node:24-slim AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY dashboard/package.json dashboard/
COPY packages/client/package.json packages/client/
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/dashboard/dist ./dashboard/dist
COPY package.json openapi.json ./
# where a generated admin token is kept, when none is configured
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8006
# the slim image has no curl
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8006}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself is process 1, so that SIGTERM reaches it
CMD ["node", "--enable-source-maps", "dist/main.js"]
