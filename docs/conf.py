"""Sphinx configuration."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import tunembed

project = "tunembed"
author = "The tunembed developers"
copyright = "2026, The tunembed developers"
version = release = tunembed.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
nitpicky = False

# API pages follow each subpackage's __all__.
autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True
extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}
autodoc_typehints = "none"
numpydoc_show_class_members = False
myst_heading_anchors = 3

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "download_all_examples": False,
    "write_computation_times": False,
}

html_theme = "pydata_sphinx_theme"
html_title = f"tunembed {version}"
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}


def setup(app):
    app.connect("config-inited", _keep_kernels_out, priority=900)


def _keep_kernels_out(app, config):
    # A folder with a README is a section of the gallery, but examples/kernels is C: of
    # headers in Markdown, which myst_parser adds, the gallery must not know.
    config.sphinx_gallery_conf["source_suffix"] = {".rst": "restructuredtext"}
