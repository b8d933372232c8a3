GO ?= go
BIN := bin/target-filelake
FUZZTIME ?= 10s

WALKS ?= 200
SEQUENCES ?= 500
RACE_CMD := SampleLoad|Asking|ManyStreamsUpserted|ActivateVersion|Overwrite|Batch$$|OrderBy|Maps|Quarantine|AgeCommits|EarlyStop|Stalled|Tail|TwoTaps|MergeOutOfMemory|Metrics|ProgressLine|LiveWriter
RACE_INGEST := Read|Grouped|Late|Recycle|Fork

.PHONY: bench-peers speed bench-gate scale faults faults-long soak crash-demo walks build test race fuzz bench lint check demo interop taps licences vuln dist install

build:
	$(GO) build -o $(BIN) ./cmd/target-filelake

test:
	$(GO) test -timeout 30m ./...

# What goroutines share: all of lake and state; of ingest its buffers; of the program
# the loads in its own process. Of merge nothing, whose work is DuckDB's. The detector
# makes minutes of what make test does in seconds.
race:
	$(GO) test -race -timeout 30m -skip 'FailEveryCall|ThenPowerLoss|AModel' ./lake/... ./state ./bench/...
	$(GO) test -race -timeout 30m -run '$(RACE_INGEST)' ./ingest
	$(GO) test -race -timeout 30m -run '$(RACE_CMD)' ./cmd/target-filelake

fuzz:
	GO=$(GO) .ci/fuzz.sh $(FUZZTIME)

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

lint:
	@files=$$(gofmt -l .); [ -z "$$files" ] || { echo "gofmt: $$files"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

check: lint test race
	$(GO) mod tidy -diff

# Random schema walks from fresh seeds; a failing one prints how to repeat it.
walks:
	WALKS=$(WALKS) $(GO) test -timeout 4h -run TestSchemaWalks ./cmd/target-filelake

# Random sequences of loads, faults and commands, held against a model; make test
# does the first 100.
sequences:
	SEQUENCES=$(SEQUENCES) $(GO) test -count=1 -timeout 1h -run TestRandomSequences ./cmd/target-filelake

demo: build
	rm -rf demo-lake
	$(BIN) gen --records 100000 --update-share 0.1 --seed 7 | $(BIN) --lake demo-lake
	$(BIN) query --lake demo-lake \
		"SELECT status, count(*) AS orders, round(sum(total), 2) AS total, max(updated_at) AS newest FROM orders GROUP BY status ORDER BY status"

interop: build
	interop/run.sh

# A first load and keyed upserts beside target-duckdb, dlt and the Singer SDK's
# sample target (the first load alone) on the same input, rows compared.
bench-peers: build
	interop/peers.sh

# Installs some 25 taps from PyPI: minutes, the first time.
TAPS_DIR ?= $(or $(TMPDIR),/tmp)/target-filelake-taps

taps: build
	$(GO) build -o bin/plans ./interop/plans
	python3 interop/taps.py $(TAPS_DIR)

# Kills, power cuts, errors and planted bugs. Without root there are no power cuts.
# Every failpoint, twice, is in it whatever the numbers; make faults-long draws more.
FAULTS ?= -kills 60 -cuts 80 -tries 1 -few

faults:
	$(GO) vet -tags failpoints ./lake/failpoint ./merge ./cmd/target-filelake
	$(GO) test -tags failpoints ./lake/failpoint
	$(GO) run ./faults $(FAULTS)

# Half an hour: loads at a capped rate, readers, kills, power cuts, compaction and
# vacuum; nothing may be lost, torn, or grow. SOAK="-for 3m" for less.
SOAK ?=

soak:
	$(GO) run ./faults/soak $(SOAK)

# Hours: faults in number; races, stopped loaders and readers ten times as many as in make test.
faults-long:
	$(GO) test ./cmd/target-filelake -run 'Racing|Stopped|Readers|DuringMerges' -soak -v -timeout 2h
	$(GO) run ./faults -kills 3000 -cuts 3000 -tries 20 -seed $$(date +%s)

# Merges and compaction in tables of 20 million rows, beside DuckDB: long, and
# gigabytes of disk.
SCALE ?=

scale: build
	$(GO) run ./bench/scale -bin $(BIN) $(SCALE)

# Loads beside DuckDB reading the same JSON: long, and some 15 GB of disk.
SPEED ?=

speed: build
	$(GO) run ./bench/speed -bin $(BIN) $(SPEED)

# A load must not be slower than DuckDB's COPY.
bench-gate: build
	$(GO) run ./bench/speed -bin $(BIN) -gate

crash-demo:
	@$(GO) run ./faults -demo

# What is linked in, and under which licences; TestThirdParty says when it is due.
licences:
	packaging/licences.sh > THIRD_PARTY.new
	mv THIRD_PARTY.new THIRD_PARTY.md

# Known faults of what is linked in, as far as the program calls it. VULNDB is where
# the database is: https://vuln.go.dev, or file:// and a copy of it.
VULNDB ?= https://vuln.go.dev

vuln:
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 -db $(VULNDB) ./...

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo 0.1.0-dev)
PREFIX ?= /usr/local

# Binaries to release, with checksums and what they are made of.
dist:
	packaging/dist.sh $(VERSION) dist

install:
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/target-filelake
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/target-filelake
