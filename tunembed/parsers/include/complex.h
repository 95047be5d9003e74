/* SPDX-License-Identifier: BSD-3-Clause */
#define complex _Complex
