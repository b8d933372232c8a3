# target-filelake in a small image: docker build -t target-filelake .
#
#   some-tap | docker run --rm -i -v "$PWD/lake:/lake" target-filelake
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=0.1.0-dev
RUN go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /target-filelake ./cmd/target-filelake

# DuckDB is linked in, but not the C++ library that it needs.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /target-filelake /usr/local/bin/target-filelake
WORKDIR /
ENV TARGET_FILELAKE_LAKE_PATH=/lake
VOLUME /lake
ENTRYPOINT ["target-filelake"]
