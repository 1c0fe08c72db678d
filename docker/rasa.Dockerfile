FROM python:3.10-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /opt/venv
COPY nlu/requirements.lock nlu/
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r nlu/requirements.lock
COPY nlu nlu
ENV PYTHONPATH=/app RASA_TELEMETRY_ENABLED=false
RUN /opt/venv/bin/rasa train nlu --config nlu/config.yml --nlu nlu/data --domain nlu/domain.yml \
    --out models --fixed-model-name mandi

FROM python:3.10-slim-bookworm
RUN useradd --system --uid 10001 --create-home mandi
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    RASA_TELEMETRY_ENABLED=false RASA_CACHE_DIRECTORY=/tmp/rasa MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /app
USER mandi
EXPOSE 5005
CMD ["rasa", "run", "--enable-api", "--model", "models/mandi.tar.gz", "--interface", "0.0.0.0", "--port", "5005"]
