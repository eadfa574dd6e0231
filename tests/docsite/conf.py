# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx makes the pages, as antsibull-docs sphinx-init would have it, but for what needs a network.

That is the inventories of other documentations. What the pages refer to outside of them is named here, so that it becomes a link
all the same, and so that a reference that leads nowhere is still an error.
"""

from __future__ import annotations

import re

from docutils import nodes

project = "chi.edge"
copyright = "the chi.edge contributors"
title = html_short_title = "The collection chi.edge"

extensions = ["sphinx_antsibull_ext"]
html_theme = "sphinx_ansible_theme"
html_theme_options = {"documentation_home_url": "https://github.com/chi-edge/chi.edge", "topbar_links": {}}
html_show_sphinx = False
html_use_index = False
html_copy_source = False
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
nitpicky = True

ANSIBLE = "https://docs.ansible.com/projects/ansible/latest/"
LABELS = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
}
PLUGIN = re.compile(r"ansible_collections\.(ansible\.builtin|openstack\.cloud)\.(\w+)")


def page_of(kind: str, target: str) -> str | None:
    """Where Ansible's own documentation has it."""
    if kind == "envvar" and target.startswith("ANSIBLE_"):
        return f"reference_appendices/config.html#envvar-{target}"
    if found := PLUGIN.fullmatch(target):
        return f"collections/{found[1].replace('.', '/')}/{found[2]}.html"
    return LABELS.get(target)


def lead_outside(_app, _environment, node, content):
    page = page_of(node["reftype"], node["reftarget"])
    return nodes.reference("", "", content, internal=False, refuri=ANSIBLE + page) if page else None


def forget_mail(_app, tree) -> None:
    """CHI@Edge is a site. In what the modules document, nothing else can tell docutils so."""
    for node in list(tree.findall(nodes.reference)):
        if node.get("refuri", "").startswith("mailto:CHI"):
            node.parent.replace(node, node.children)


def setup(app) -> None:
    app.connect("doctree-read", forget_mail)
    app.connect("missing-reference", lead_outside)
