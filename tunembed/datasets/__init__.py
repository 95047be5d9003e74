"""Public data sets: fetched once, checked, kept, with what must stay together."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.datasets._device_mapping import fetch_device_mapping
from tunembed.datasets._thread_coarsening import fetch_thread_coarsening

__all__ = ["fetch_device_mapping", "fetch_thread_coarsening"]
