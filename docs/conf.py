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

html_theme = "pydata_sphinx_theme"
html_title = f"tunembed {version}"
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
