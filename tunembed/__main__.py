"""`python -m tunembed`: the command line."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.cli import main

if __name__ == "__main__":
    main()
