# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# make demo   the main job: a local edge cloud, an ARM container on it, its answer through a floating IP
# make test   all checks that a change must pass, and make status: how each of them stands
# make help   the rest

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

PYTHON ?= python3
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/chi-edge
CLOUD ?= /opt/chi-edge

VENV := $(CACHE)/venv
OLDEST := $(CACHE)/venv-oldest
CHAMELEON := $(CACHE)/venv-chameleon
CHAOS := $(CACHE)/venv-chaos
PYTHON_CHI := $(CACHE)/venv-python-chi
COLLECTIONS := $(CACHE)/collections
SOURCES := $(wildcard $(shell git ls-files --cached --others --exclude-standard -- . ':!tests' ':!extensions' 2>/dev/null))

export PATH := $(VENV)/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(COLLECTIONS)
export ANSIBLE_NOCOWS := 1
export ANSIBLE_LOCALHOST_WARNING := false
export ANSIBLE_INVENTORY_UNPARSED_WARNING := false

.PHONY: help
help:  ## show this list
	@grep -hE '^[a-z][a-z0-9. -]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 28

# -- what has to be there ----------------------------------------------------------------------------------------------

$(VENV)/.done: tests/requirements.txt requirements.txt
	bash tests/tools/host.sh $(PYTHON)
	echo "Making the virtual environment $(VENV)"
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --requirement tests/requirements.txt
	touch $@

$(CACHE)/venv-%/.done: tests/requirements-%.txt requirements.txt
	echo "Making the virtual environment $(@D)"
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --requirement $<
	touch $@

$(CACHE)/core-%/.done:
	echo "Making the virtual environment $(@D)"
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet ansible-core~=$*.0
	touch $@

$(COLLECTIONS)/ansible_collections/openstack/cloud/MANIFEST.json: $(VENV)/.done tests/tools/fetch_collections.py
	python tests/tools/fetch_collections.py $(COLLECTIONS) openstack.cloud
	touch $@

.PHONY: tools
tools: $(VENV)/.done $(COLLECTIONS)/ansible_collections/openstack/cloud/MANIFEST.json  ## install the tools

$(COLLECTIONS)/ansible_collections/chi/edge/MANIFEST.json: $(VENV)/.done $(SOURCES) \
		$(COLLECTIONS)/ansible_collections/openstack/cloud/MANIFEST.json
	rm -f .build/chi-edge-*.tar.gz
	python tests/tools/build_artifact.py .build
	ansible-galaxy collection install --offline --force --collections-path $(COLLECTIONS) .build/chi-edge-*.tar.gz
	touch $@

.PHONY: install
install: $(COLLECTIONS)/ansible_collections/chi/edge/MANIFEST.json  ## build the collection and install the artifact

# -- the local cloud and the demo --------------------------------------------------------------------------------------

.PHONY: cloud cloud-stop cloud-absent
cloud: install  ## bring the local cloud up
	ansible-playbook chi.edge.local_cloud -e local_cloud_directory=$(CLOUD)

cloud-stop: install  ## stop the local cloud, keep its state
	ansible-playbook chi.edge.local_cloud -e local_cloud_directory=$(CLOUD) -e local_cloud_state=stopped

cloud-absent: install  ## remove the local cloud without a trace
	ansible-playbook chi.edge.local_cloud -e local_cloud_directory=$(CLOUD) -e local_cloud_state=absent

.PHONY: demo demo-absent
demo: cloud  ## provision an ARM container on the local cloud and show its answer
	@CLOUD=$(CLOUD) bash tests/tools/demo.sh demo
	echo "Look at it:    OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml OS_CLOUD=edge $$(command -v openstack) appcontainer list"
	echo "Take it down:  make demo-absent"
	echo "The cloud:     make cloud-stop, make cloud-absent"

demo-absent: cloud  ## take down what the demo has provisioned
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml OS_CLOUD=edge
	ansible-playbook chi.edge.teardown -e edge_container_name=demo

# -- the checks --------------------------------------------------------------------------------------------------------

LINT := ruff yamllint shellcheck reuse mypy bandit ansible-lint changelog docs importer reproducible
UNITS := unit unit-oldest unit-chameleon
TEST := $(LINT) sanity $(UNITS) site cloud-test integration artifact molecule chaos-tenth
RELEASE := sanity-2.17 sanity-2.18 integration-chameleon molecule-slow chaos
GATES := $(TEST) $(RELEASE)

# The recipe of a gate is run by a program that keeps its result for `make status`.
$(GATES): private SHELL := $(PYTHON)
# One scenario of molecule is not the gate.
$(GATES): private .SHELLFLAGS = tests/tools/gate.py run $@$(addprefix -,$(SCENARIO))

.PHONY: test release-check lint units status $(GATES)
test: $(TEST)  ## all checks that a change must pass
	$(PYTHON) tests/tools/gate.py status $(GATES)

release-check: $(GATES)  ## those before a release: also what is slow, and each supported version
	$(PYTHON) tests/tools/gate.py status $(GATES)

status:  ## how each check stands, from its last run
	@$(PYTHON) tests/tools/gate.py status $(GATES)

lint: $(LINT)  ## all checks that only read
units: $(UNITS)  ## all checks without a cloud

ruff: tools  ## Python is formatted and without common faults
	ruff check .
	ruff format --check .

yamllint: tools  ## YAML is formatted
	yamllint --strict .

shellcheck: tools  ## scripts of the shell are without common faults, whatever their files are called
	git grep --untracked -zlE '^#!.*\b(ba|da)?sh\b' | xargs -0 shellcheck --external-sources

reuse: tools  ## every file says under which licence it is
	reuse lint --lines

mypy: tools  ## the types of module_utils agree, strictly
	mypy

bandit: tools  ## Python without common holes
	bandit --quiet --configfile pyproject.toml --recursive plugins roles

ansible-lint: install  ## playbooks and roles are as the profile production has them
	ansible-lint --offline --profile production

changelog: tools  ## the fragments of the changelog can be put together
	antsibull-changelog lint

docs: install  ## the documentation of plugins and roles is whole
	antsibull-docs lint-collection-docs --plugin-docs --check-extra-docs-refs --validate-collection-refs all \
		--disallow-unknown-collection-refs .

importer: install  ## Galaxy would take the artifact
	cd .build  # it writes its findings to where it runs
	python -m galaxy_importer.main chi-edge-*.tar.gz >importer.log 2>&1 || { tail -40 importer.log; exit 1; }

reproducible: tools  ## the same sources give the same artifact, to the byte
	python tests/tools/build_artifact.py --check .build/reproducible

sanity: tools  ## ansible-test's sanity tests, with the newest ansible-core
	bash tests/tools/sanity.sh $(VENV) $(CACHE)

sanity-2.17 sanity-2.18: sanity-%: tools $(CACHE)/core-%/.done  ## ansible-test's sanity tests, with an older ansible-core
	bash tests/tools/sanity.sh $(CACHE)/core-$* $(CACHE)

unit: tools  ## unit tests, which walk at least 90 % of the plugins, branch by branch
	pytest tests/unit -q -n 2 --dist loadgroup --cov --cov-report=term:skip-covered

unit-oldest: tools $(OLDEST)/.done  ## those of the plugins, with the oldest libraries and ansible-core
	$(OLDEST)/bin/python -m pytest $(addprefix tests/unit/,module_utils plugin_utils operations plugins) -q

unit-chameleon: tools $(CHAMELEON)/.done  ## those that ask a cloud, with Chameleon's own clients
	$(CHAMELEON)/bin/python -m pytest tests/unit/operations tests/unit/plugins -q

site: install  ## make the pages of the documentation in .build/site, and look at each in a browser
	rm -rf .build/site
	mkdir -p .build/site/rst
	chmod go-w .build/site/rst  # antsibull-docs insists
	antsibull-docs collection --fail-on-error --use-current --squash-hierarchy --dest-dir .build/site/rst chi.edge
	sphinx-build -q -W --keep-going -c tests/docsite .build/site/rst .build/site/html
	pytest tests/docsite -q

cloud-test: cloud  ## the local cloud is what it claims to be
	OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml pytest tests/local_cloud -q -m "not destructive"

integration: cloud $(OLDEST)/.done $(CHAMELEON)/.done  ## all on the local cloud, with the newest libraries, the oldest and Chameleon's
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml CHI_EDGE_OLDEST=$(OLDEST) CHI_EDGE_CHAMELEON=$(CHAMELEON)
	# it mostly waits, and has devices of its own
	pytest tests/conformance -q >.build/conformance.log 2>&1 & conformance=$$!
	trap "kill $$conformance 2>/dev/null || :" EXIT
	pytest tests/integration -q -m "modules and not chameleon" -n 3 --dist worksteal
	wait $$conformance || { tail -100 .build/conformance.log; exit 1; }
	tail -1 .build/conformance.log
	# a file each, on a Raspberry Pi each
	pytest tests/integration -q -m "not modules and not alone" -n 2 --dist loadfile
	pytest tests/integration -q -m alone

integration-chameleon: cloud $(CHAMELEON)/.done  ## each module on the local cloud, with Chameleon's own clients
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml CHI_EDGE_CHAMELEON=$(CHAMELEON)
	pytest tests/integration -q -m chameleon -n 3 --dist worksteal

artifact: cloud  ## the artifact alone, in an empty environment: provision, nothing on the second run, tear down
	bash tests/tools/artifact.sh $(PYTHON) .build/chi-edge-*.tar.gz $(COLLECTIONS) $(CLOUD)

molecule: cloud  ## the roles on machines of their own; SCENARIO=name for one of them
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml OS_CLOUD=edge MOLECULE_COMMAND_BORDERS=false
	# a run that was killed remembers instances that may be gone
	molecule reset --scenario-name default
	molecule test $(if $(SCENARIO),--scenario-name $(SCENARIO),--all --exclude '*_slow')

molecule-slow: cloud  ## what takes long there
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml OS_CLOUD=edge MOLECULE_COMMAND_BORDERS=false
	molecule reset --scenario-name default
	$(foreach scenario,$(notdir $(wildcard extensions/molecule/*_slow)),molecule test --scenario-name $(scenario);)

chaos: SHARE := 1.0
chaos-tenth: SHARE := 0.1
chaos-tenth: export CHI_EDGE_SEED ?= 2
chaos chaos-tenth: cloud $(CHAOS)/.done  ## a fault or a kill at any request; CHI_EDGE_SEED=number for the same once more
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml CHI_EDGE_MITMDUMP=$(CHAOS)/bin/mitmdump CHI_EDGE_CHAOS_SHARE=$(SHARE)
	pytest tests/chaos -q -m "not alone" -n 3 --dist worksteal
	pytest tests/chaos -q -m alone

.PHONY: benchmark
benchmark: cloud $(PYTHON_CHI)/.done  ## measure on the local cloud, against openstack.cloud, python-chi, the command line and bare REST
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml OS_CLOUD=edge CHI_EDGE_PYTHON_CHI=$(PYTHON_CHI)/bin/python
	python tests/benchmark/run.py
	python tests/benchmark/many.py docs/many_containers.svg
