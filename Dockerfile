# syntax=docker/dockerfile:1
# The server's image: the release binary and the libraries it names, nothing else (scripts/pack-image says what and why).
#   docker build -t cytomine:dev .
FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    scripts/setup build && scripts/build && \
    python3 scripts/pack-image --binary target/release/cytomine --licence LICENSE --rootfs /image

FROM scratch
COPY --from=build /image /
USER 10001:10001
WORKDIR /data
VOLUME /data
ENV PATH=/usr/bin CYTOMINE_CONFIG=/etc/cytomine/config.toml
EXPOSE 8080 9090
ENTRYPOINT ["/usr/bin/cytomine"]
CMD ["serve"]
