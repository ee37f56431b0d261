# One process, one port, one file. Keep /data on a volume: docker run -p 3000:3000 -v signalbox:/data --env-file .env ...
# Or no file: DATABASE_URL=postgresql://... for as many containers as you like, after one ran `signalbox migrate`.
# Docker hands on what stands in .env as it is, quotes too, which a shell would take off: leave them out there. A private
# key as a file has to be mounted where GITHUB_APP_PRIVATE_KEY_FILE says, and be readable for user 10001.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# The pinned packages first: they change less often than the code, and every one is checked against its hash.
# Traces too: docker build --build-arg PACKAGES=otel ...
ARG PACKAGES=postgres
COPY requirements/${PACKAGES}.txt requirements/${PACKAGES}.txt
RUN pip install --require-hashes --requirement requirements/${PACKAGES}.txt

# Editable, so that the templates and migrations beside the code are found where they lie.
COPY pyproject.toml README.md ./
COPY bot bot
COPY commands commands
COPY templates templates
COPY migrations migrations
RUN pip install --no-deps --editable . \
    && python -m compileall -q bot commands migrations \
    && useradd --system --uid 10001 --home-dir /app signalbox \
    && install --directory --mode=1777 /data

USER signalbox
ENV HOST=0.0.0.0 \
    PORT=3000 \
    DATABASE_URL=sqlite:////data/signalbox.db
EXPOSE 3000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD \
    ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]

CMD ["signalbox", "serve"]
