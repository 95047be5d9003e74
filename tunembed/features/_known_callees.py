"""Names of functions that mean the same in every program."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from functools import lru_cache

from tunembed.features._ir_callees import kind_of_callee
from tunembed.parsers import plain_name

_FAMILIES = re.compile(
    r"(?:llvm\.|omp_|__kmpc_|__tgt_|GOMP_|pthread_|MPI_|cuda|cublas|cblas_)\w+"
)
_LIBRARY = frozenset(
    "abort abs assert atof atoi atol bsearch calloc clock clock_gettime drand48 "
    "exit fclose fflush fgets fopen fprintf fputc fputs fread free fscanf fwrite "
    "getc getenv gettimeofday isalpha isdigit isspace labs lrand48 malloc memchr "
    "memcmp memcpy memmove memset perror posix_memalign printf putc putchar puts "
    "qsort rand random realloc scanf snprintf sprintf srand srand48 srandom sscanf "
    "strcat strchr strcmp strcpy strdup strlen strncmp strncpy strrchr strstr "
    "strtod strtol strtoul time tolower toupper".split()
)


@lru_cache(maxsize=4096)
def known_callee(name: str) -> str | None:
    """Return the plain name of a function that no program defines differently.

    Parameters
    ----------
    name : str
        Without the ``@``, overloads and types in it or not.

    Returns
    -------
    str or None
        ``"llvm.fma"``, ``"get_global_id"``, ``"sqrt"``; None for other functions.

    Examples
    --------
    >>> from tunembed.features._known_callees import known_callee
    >>> known_callee("llvm.fma.f32"), known_callee("_Z13get_global_idj")
    ('llvm.fma', 'get_global_id')
    >>> known_callee("solve")
    """
    plain = plain_name(name)
    if plain in _LIBRARY or _FAMILIES.match(plain):
        return plain
    return None if kind_of_callee(name) == "function" else plain
