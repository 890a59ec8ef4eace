# One image for every service; docker-compose.yml says which process each runs.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 DATA_DIR=/data \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PROMETHEUS_MULTIPROC_DIR=/data/run/metrics
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN useradd --uid 10001 --create-home app && mkdir /data && chown app /data
USER app
VOLUME /data
EXPOSE 8000
