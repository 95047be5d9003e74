/* The types of OpenMP's run-time library; its functions need no declaration here. */
/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TUNEMBED_OMP_H
#define TUNEMBED_OMP_H
typedef struct _tunembed_lock { int held; } omp_lock_t;
typedef struct _tunembed_nest_lock { int held; } omp_nest_lock_t;
typedef int omp_sched_t;
typedef int omp_lock_hint_t;
typedef int omp_sync_hint_t;
typedef int omp_proc_bind_t;
typedef unsigned long omp_depend_t;
typedef unsigned long omp_event_handle_t;
typedef unsigned long omp_allocator_handle_t;
typedef unsigned long omp_memspace_handle_t;
typedef int omp_pause_resource_t;
typedef int omp_interop_t;
#endif
