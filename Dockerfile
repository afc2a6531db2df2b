# syntax=docker/dockerfile:1
# The folder form of the executable on the C library it was linked to, and nothing else.

FROM python:3.13-slim-bookworm AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends binutils \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# What `git rev-parse HEAD` and `git log -1 --format=%ct` tell; the sources come without .git.
ARG COMMIT=""
ARG SOURCE_DATE_EPOCH=""
RUN CHATBOX_COMMIT="$COMMIT" SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}" \
    python3 scripts/build_binary.py --onedir \
    && python3 scripts/image_root.py /image

FROM scratch
COPY --from=build /image /
USER 10001:10001
WORKDIR /data
ENV CHATBOX_DATA_DIR=/data/chatbox
ENV SQLITE_TMPDIR=/data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["/opt/chatbox/chatbox", "healthcheck"]
ENTRYPOINT ["/opt/chatbox/chatbox"]
CMD ["serve"]
