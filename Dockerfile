# Two steps: wheels are built in the first, so that the image that runs has neither a compiler nor pip's cache.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md ./
COPY bot bot
COPY policies policies
COPY migrations migrations
ARG EXTRAS=""
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".${EXTRAS}"

FROM python:3.13-slim
ARG EXTRAS=""
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels "qingqun${EXTRAS}" \
    && pip uninstall -y pip \
    && useradd --create-home --uid 10001 qingqun \
    && install -d -o qingqun -g qingqun /data
USER qingqun
WORKDIR /data
VOLUME /data
EXPOSE 8080
# The town file lies in the volume; its [web] host must be 0.0.0.0 inside a container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["qingqun"]
CMD ["run", "--town", "/data/town.toml"]
