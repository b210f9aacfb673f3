# Built by `npm run container`, which stages app/ beside this file. Any base will do
# that has `node` in its path; no shell is needed.
ARG BASE=node:22-slim
FROM ${BASE}

COPY app /app
# V8's code cache, for the Node of this image.
RUN ["node", "/app/scripts/cache.mjs"]

# Reports go to a volume: docker run --read-only --volume "$PWD/reports:/reports" ...
WORKDIR /reports
VOLUME /reports

# Nobody. Give --user "$(id -u)" when the volume is a folder of yours.
USER 65534:65534

ENTRYPOINT ["node", "/app/dist/src/cli.js"]
