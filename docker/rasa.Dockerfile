FROM python:3.10-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /opt/venv
COPY nlu/requirements.lock nlu/
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r nlu/requirements.lock
COPY nlu nlu

FROM python:3.10-slim-bookworm
RUN useradd --system --uid 10001 --create-home mandi
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER mandi
EXPOSE 5005
CMD ["rasa", "run"]
