# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# make demo   the main job: a local edge cloud, an ARM container on it, its answer through a floating IP
# make test   lint, sanity, unit, integration, molecule
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
COLLECTIONS := $(CACHE)/collections
SANITY := $(CACHE)/sanity/ansible_collections/chi/edge
SOURCES := $(shell git ls-files --cached --others --exclude-standard galaxy.yml LICENSE README.md requirements.txt \
	CHANGELOG.rst meta plugins roles playbooks changelogs docs 2>/dev/null)

export PATH := $(VENV)/bin:$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(COLLECTIONS)
export ANSIBLE_NOCOWS := 1
export ANSIBLE_LOCALHOST_WARNING := false
export ANSIBLE_INVENTORY_UNPARSED_WARNING := false

.PHONY: help
help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# -- what has to be there ----------------------------------------------------------------------------------------------

$(VENV)/.done: tests/requirements.txt requirements.txt
	bash tests/tools/host.sh $(PYTHON)
	echo "Making the virtual environment $(VENV)"
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --requirement tests/requirements.txt
	touch $@

$(OLDEST)/.done: tests/requirements-oldest.txt requirements.txt
	echo "Making the virtual environment $(OLDEST)"
	$(PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/bin/pip install --quiet --requirement tests/requirements-oldest.txt
	touch $@

$(COLLECTIONS)/ansible_collections/openstack/cloud/MANIFEST.json: $(VENV)/.done tests/tools/fetch_collections.py
	python tests/tools/fetch_collections.py $(COLLECTIONS) openstack.cloud
	touch $@

.PHONY: tools
tools: $(VENV)/.done $(COLLECTIONS)/ansible_collections/openstack/cloud/MANIFEST.json  ## install the tools

$(COLLECTIONS)/ansible_collections/chi/edge/MANIFEST.json: $(VENV)/.done $(SOURCES) \
		$(COLLECTIONS)/ansible_collections/openstack/cloud/MANIFEST.json
	mkdir -p .build
	ansible-galaxy collection build --force --output-path .build >/dev/null
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
	CLOUD=$(CLOUD) bash tests/tools/demo.sh

demo-absent: cloud  ## take down what the demo has provisioned
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml OS_CLOUD=edge
	ansible-playbook chi.edge.teardown -e edge_container_name=demo

# -- the checks --------------------------------------------------------------------------------------------------------

.PHONY: test
test: lint sanity unit integration molecule  ## all checks: lint, sanity, unit, integration, molecule

.PHONY: lint
lint: install
	ruff check .
	ruff format --check .
	yamllint --strict .
	mypy
	ansible-lint --offline --profile production
	antsibull-changelog lint
	antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .
	cd .build  # it writes its findings to where it runs
	python -m galaxy_importer.main chi-edge-*.tar.gz >importer.log 2>&1 || { tail -40 importer.log; exit 1; }

.PHONY: sanity
sanity: tools
	python tests/tools/seed_ansible_test.py
	mkdir -p $(SANITY)
	git ls-files --cached --others --exclude-standard -z | rsync --archive --delete --from0 --files-from=- . $(SANITY)/
	cd $(SANITY)
	git init --quiet --initial-branch main 2>/dev/null
	git add --all
	LC_ALL=C.UTF-8 ansible-test sanity --venv --python $$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

.PHONY: unit
unit: tools $(OLDEST)/.done
	pytest tests/unit -q -n 2
	$(OLDEST)/bin/python -m pytest tests/unit/module_utils tests/unit/plugin_utils -q

.PHONY: integration
integration: cloud $(OLDEST)/.done
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml CHI_EDGE_OLDEST=$(OLDEST)
	pytest tests/local_cloud -q -m "not destructive"
	# it mostly waits, and has devices of its own
	pytest tests/conformance -q >.build/conformance.log 2>&1 & conformance=$$!
	trap "kill $$conformance 2>/dev/null || :" EXIT
	pytest tests/integration -q -m modules -n 3 --dist worksteal
	wait $$conformance || { tail -100 .build/conformance.log; exit 1; }
	tail -1 .build/conformance.log
	pytest tests/integration -q -m "not modules"

.PHONY: molecule
molecule: cloud  ## test the roles on machines of their own; SCENARIO=name for one of them
	export OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml OS_CLOUD=edge MOLECULE_COMMAND_BORDERS=false
	# a run that was killed remembers instances that may be gone
	molecule reset --scenario-name default
	molecule test $(if $(SCENARIO),--scenario-name $(SCENARIO),--all --exclude '*_slow')

.PHONY: benchmark
benchmark: cloud  ## measure against openstack.cloud and bare REST on the local cloud
	OS_CLIENT_CONFIG_FILE=$(CLOUD)/clouds.yaml python tests/benchmark/run.py
