# One image for every process of Fleetyard; its first argument says which (toolchain/container/entrypoint.sh).
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG GO_IMAGE=golang:1.26.8-bookworm

FROM ${NODE_IMAGE} AS node

# The Pulumi CLI by the toolchain's rule: the release with the pinned checksum, else a build held to go.sum.
FROM ${GO_IMAGE} AS pulumi
ARG GOPROXY
ARG FLEETYARD_DOWNLOADS=on
COPY --from=node /usr/local/bin/node /usr/local/bin/node
WORKDIR /fleetyard
COPY toolchain/ toolchain/
RUN FLEETYARD_CACHE=/tmp/cache node toolchain/fetch-pulumi.mjs /out \
  && rm -rf /tmp/cache /root/.cache /go/pkg

# The packages, without those of tests and without PostgreSQL's server, and without what only compilers and debuggers read.
FROM node AS packages
ARG NPM_CONFIG_REGISTRY
WORKDIR /fleetyard
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
  && rm -rf /root/.npm

# `--build-arg FLEETYARD_PLUGINS=baked` puts the official provider plugins into the image; without it a volume gets them.
FROM node AS plugins
ARG FLEETYARD_PLUGINS=volume
WORKDIR /fleetyard
COPY package.json ./
COPY toolchain/ toolchain/
RUN mkdir -p /out/plugins \
  && if [ "$FLEETYARD_PLUGINS" = baked ]; then node toolchain/fetch-plugins.mjs --home /out; fi

FROM debian:12.12-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt \
  && groupadd --gid 10001 fleetyard \
  && useradd --uid 10001 --gid 10001 --home-dir /var/lib/fleetyard --shell /usr/sbin/nologin --no-create-home fleetyard \
  && install --directory --owner 10001 --group 10001 --mode 0700 \
    /var/lib/fleetyard /var/lib/fleetyard/data /var/lib/fleetyard/simulator /var/lib/fleetyard/backups
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=pulumi /out/pulumi /usr/local/bin/pulumi
COPY --from=plugins --chown=10001:10001 /out /var/lib/fleetyard/pulumi
WORKDIR /fleetyard
COPY --from=packages /fleetyard/node_modules node_modules/
COPY package.json openapi.yaml ./
COPY catalogue/ catalogue/
COPY migrations/ migrations/
COPY plugins/ plugins/
COPY stacks/ stacks/
COPY toolchain/ toolchain/
COPY services/ services/
ENV NODE_ENV=production \
  HOME=/var/lib/fleetyard \
  FLEETYARD_HOST=0.0.0.0 \
  FLEETYARD_DATA_DIR=/var/lib/fleetyard/data \
  FLEETYARD_PULUMI=/usr/local/bin/pulumi \
  FLEETYARD_PULUMI_HOME=/var/lib/fleetyard/pulumi \
  FLEETYARD_SIMULATED_PULUMI_HOME=/run/fleetyard/pulumi \
  FLEETYARD_WORK_DIR=/tmp/work
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["/fleetyard/toolchain/container/entrypoint.sh"]
CMD ["api"]
