# Python >= 3.11 and make are all that this needs; `make PYTHON=python3.12 …` chooses another Python.
PYTHON ?= python3
PORT ?= 8000
RUNS ?= runs
PLATFORMS ?= x86_64
UV_VERSION := 0.13.9
TORCH_VERSION := 2.13.0
CHECKOV_VERSION := 3.3.30
export UV_PYTHON_DOWNLOADS := never

UV := .tools/bin/uv
RUN := .venv/bin/python
READY := .venv/.ready
TYPESCRIPT := examples/clients/typescript

.PHONY: demo serve test check format bench bench-peers soak results openapi layers releases synth audit lock train-env clean

demo: $(READY)  ## set up, build, publish, grade the sample class
	$(RUN) -m infra.local.demo

serve: $(READY)  ## serve the functions on http://127.0.0.1:$(PORT)
	.venv/bin/lectern serve --port $(PORT)

test: check $(TYPESCRIPT)/node_modules  ## every check and every test
	$(RUN) -m pytest -n auto --maxprocesses 8 --dist loadfile

check: $(READY)  ## lint, format and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

format: $(READY)
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: $(READY)  ## cold start, warm latency, memory and throughput against a reference in the same run
	$(RUN) -m tests.perf.run
	$(RUN) -m infra.cost.page

bench-peers: $(READY)  ## the same model file behind other servers too, each in an environment of its own
	for peer in litserve bentoml "mlserver uvloop<0.22"; do set -- $$peer; \
		$(UV) venv --quiet --clear --python $(PYTHON) .venv-peers/$$1 && $(UV) pip install --quiet \
			--python .venv-peers/$$1/bin/python "$$@" numpy onnxruntime tokenizers botocore pydantic-settings || exit 1; \
	done
	$(RUN) -m tests.perf.run serve

soak: $(READY)  ## jobs of 10,000 answers, their workers killed, beside `lectern grade`; an hour
	$(RUN) -m tests.perf.soak

results: $(READY)  ## measure what ships on $$LECTERN_DATA, beside the runs in RUNS, and write docs/results
	.venv/bin/lectern models evaluate grading $(foreach fold,0 1 2 3 4,--first-run $(RUNS)/f$(fold)/adapter)
	.venv/bin/lectern models attack grading
	.venv-train/bin/python -m model_store.recipes.baselines $(RUNS)/plain-0/adapter $(RUNS)/plain-1/adapter
	.venv/bin/lectern models evaluate essays --first-run $(RUNS)/essays/first
	for name in sentiment question-type bloom sentences translate; do .venv/bin/lectern models evaluate $$name; done
	.venv/bin/lectern packs measure $(foreach fold,0 1 2 3 4,--first-run $(RUNS)/f$(fold)/adapter)
	.venv/bin/lectern models results

openapi: $(READY)  ## write docs/openapi.json anew: the whole API, with answers of the embedded models
	$(RUN) -m infra.openapi

layers: $(READY)  ## the zips of the functions' layers and their sizes, into layers/dist
	$(RUN) -m layers.dependencies.build --uv $(UV) $(foreach platform,$(PLATFORMS),--platform $(platform))

releases: $(READY)  ## build the embedded models into build/releases, for the stacks
	$(RUN) -m infra.local.releases

ENVIRONMENT ?= dev
synth: $(READY) releases layers  ## the templates of $$ENVIRONMENT, into build/cdk.out; needs no account
	CDK_OUTDIR=build/cdk.out $(RUN) -m infra.app $(ENVIRONMENT)

audit: synth  ## checkov, in an environment of its own, over the templates of $$ENVIRONMENT
	$(UV) tool run --quiet checkov==$(CHECKOV_VERSION) --config-file infra/audit.yaml

lock: $(UV)  ## resolve the dependencies anew
	$(UV) pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--extra local --extra dev --extra deploy --extra heavy pyproject.toml -o requirements.lock --upgrade
	$(UV) pip compile --quiet --generate-hashes --no-annotate --no-header --python-version 3.13 \
		--python-platform x86_64-manylinux_2_28 --constraints requirements.lock \
		--excludes layers/dependencies/excludes.txt pyproject.toml -o layers/dependencies/requirements.lock

train-env: .venv-train/.ready  ## torch, transformers and what recipes need

clean:  ## remove what can be made again (not the signing key and the local releases in .lectern)
	rm -rf .venv .tools .lectern/bases .lectern/builds build layers/dist

$(UV):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lectern needs Python 3.11 or newer")'
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(TYPESCRIPT)/node_modules: $(TYPESCRIPT)/package-lock.json
	npm ci --prefix $(TYPESCRIPT) --ignore-scripts --no-audit --no-fund --silent || \
		echo "npm can't fetch the generator: the TypeScript client is not tested"

$(READY): requirements.lock pyproject.toml | $(UV)
	$(UV) venv --quiet --clear --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python $(RUN) --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(RUN) --no-deps --no-build-isolation -e .
	touch $@

.venv-train/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-train
	.venv-train/bin/pip install --quiet --disable-pip-version-check torch==$(TORCH_VERSION)
	.venv-train/bin/pip install --quiet --disable-pip-version-check -e '.[train]'
	touch $@
