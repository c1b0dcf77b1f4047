# fipsweep: build, test and look after itself.
GO ?= go
export CGO_ENABLED ?= 0
FUZZTIME ?= 30s

.PHONY: build fips test race fuzz golden generate lint vuln bench bench-sweep bench-peers bench-tlsx peers

build: ## the command, in ./fipsweep
	$(GO) build -o fipsweep ./cmd/fipsweep

fips: ## the command built on Go's own cryptographic module, in ./fipsweep-fips
	GOFIPS140=v1.0.0 $(GO) build -o fipsweep-fips ./cmd/fipsweep

peers: ## the real servers the tests talk to, where this machine may install them
	sh internal/lab/install.sh

# Told package by package; a test that was skipped is told with its reason.
test: peers ## everything that must hold
	$(GO) vet ./...
	@$(GO) test -v -timeout 25m ./... >test.log 2>&1; status=$$?; \
	if [ $$status != 0 ]; then cat test.log; exit $$status; fi; \
	grep -B2 -e '--- SKIP' test.log | grep -v -e '--- PASS' -e '=== '; \
	grep -E '^(ok|[?])' test.log

race: peers ## the same under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -timeout 45m ./...

fuzz: ## every fuzz target for FUZZTIME
	@set -e; for pkg in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg; \
		done; \
	done

golden: ## write the golden files anew; read the diff before you commit it
	@set -e; for d in $$(grep -rl --include='*_test.go' '"update"' . | xargs -n1 dirname | sort -u); do \
		$(GO) test $$d -update; \
	done

generate: ## the registry tables from testdata/iana, the packed catalogue from its data files
	$(GO) generate ./...

lint:
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

vuln: ## known vulnerabilities in what we depend on; its database lies outside
	$(GO) tool govulncheck ./...

bench: bench-sweep ## what things cost; fipsweep beside its peers, as tables (some minutes)
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m $$($(GO) list ./... | grep -v /internal/bench)
	$(GO) test -run '^$$' -bench 'TLS|SSH' -benchtime 3x -timeout 60m ./internal/bench

bench-sweep: bench-peers ## many servers at once beside the peers that are there, and up to 8,192 (ten minutes)
	@PATH="$$PATH:$$($(GO) env GOPATH)/bin" $(GO) test -run '^$$' -bench 'Sweep|Growth' -benchtime 1x -timeout 30m ./internal/bench

# Measured where they can be had; whoever has none of them can still measure.
bench-peers: ## the tools that make bench measures beside fipsweep
	-CI= sh internal/lab/install.sh internal/bench/peers.txt

# No distribution has it; it is built in a module of its own. The cdncheck that
# it names is not in the checksum database; the one before it is.
bench-tlsx: ## tlsx, to be measured with the others, into GOPATH/bin
	@dir=$$(mktemp -d) && cd "$$dir" && printf 'module tlsx\n\ngo 1.26\n\nrequire github.com/projectdiscovery/tlsx v1.2.1\n\nreplace github.com/projectdiscovery/cdncheck => github.com/projectdiscovery/cdncheck v1.1.28\n' >go.mod && \
	$(GO) build -mod=mod -o "$$($(GO) env GOPATH)/bin/tlsx" github.com/projectdiscovery/tlsx/cmd/tlsx; status=$$?; rm -rf "$$dir"; exit $$status
