// What CUDA's own headers declare, as far as kernels commonly ask for it: enough for a
// front end, so that device code becomes LLVM IR where there is no CUDA.

// Authors: The tunembed developers
// SPDX-License-Identifier: BSD-3-Clause

#pragma once

// Their declarations for the host must not come after those for the device.
#include <math.h>
#include <stdlib.h>

#define __constant__ __attribute__((constant))
#define __device__ __attribute__((device))
#define __forceinline__ inline __attribute__((always_inline))
#define __global__ __attribute__((global))
#define __host__ __attribute__((host))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define __noinline__ __attribute__((noinline))
#define __restrict__ __restrict
#define __shared__ __attribute__((shared))
#define __CUDACC__ 1

typedef __SIZE_TYPE__ size_t;
typedef unsigned char uchar;
typedef unsigned long long cudaTextureObject_t;
typedef struct CUstream_st *cudaStream_t;
typedef enum cudaError { cudaSuccess } cudaError_t;

#define TUNEMBED_VECTORS(type, name)                                                  \
    struct name##1 { type x; };                                                       \
    struct name##2 { type x, y; };                                                    \
    struct name##3 { type x, y, z; };                                                 \
    struct name##4 { type x, y, z, w; };                                              \
    static inline __host__ __device__ name##1 make_##name##1(type x) { return {x}; }  \
    static inline __host__ __device__ name##2 make_##name##2(type x, type y)          \
    { return {x, y}; }                                                                \
    static inline __host__ __device__ name##3 make_##name##3(type x, type y, type z)  \
    { return {x, y, z}; }                                                             \
    static inline __host__ __device__ name##4                                         \
    make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }

TUNEMBED_VECTORS(char, char)
TUNEMBED_VECTORS(unsigned char, uchar)
TUNEMBED_VECTORS(short, short)
TUNEMBED_VECTORS(unsigned short, ushort)
TUNEMBED_VECTORS(int, int)
TUNEMBED_VECTORS(unsigned, uint)
TUNEMBED_VECTORS(long, long)
TUNEMBED_VECTORS(unsigned long, ulong)
TUNEMBED_VECTORS(long long, longlong)
TUNEMBED_VECTORS(float, float)
TUNEMBED_VECTORS(double, double)

struct dim3 {
    unsigned x, y, z;
    __host__ __device__ dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1)
        : x(x), y(y), z(z) {}
    __host__ __device__ dim3(uint3 from) : x(from.x), y(from.y), z(from.z) {}
    __host__ __device__ operator uint3() const { return {x, y, z}; }
};

#include <__clang_cuda_builtin_vars.h>

#define TUNEMBED_MATH1(name)                                                          \
    extern "C" __device__ double name(double);                                        \
    extern "C" __device__ float name##f(float);                                       \
    static inline __device__ float name(float x) { return name##f(x); }
#define TUNEMBED_MATH2(name)                                                          \
    extern "C" __device__ double name(double, double);                                \
    extern "C" __device__ float name##f(float, float);                                \
    static inline __device__ float name(float x, float y) { return name##f(x, y); }

TUNEMBED_MATH1(acos)
TUNEMBED_MATH1(asin)
TUNEMBED_MATH1(atan)
TUNEMBED_MATH1(cbrt)
TUNEMBED_MATH1(ceil)
TUNEMBED_MATH1(cos)
TUNEMBED_MATH1(cosh)
TUNEMBED_MATH1(erf)
TUNEMBED_MATH1(erfc)
TUNEMBED_MATH1(exp)
TUNEMBED_MATH1(exp2)
TUNEMBED_MATH1(fabs)
TUNEMBED_MATH1(floor)
TUNEMBED_MATH1(log)
TUNEMBED_MATH1(log10)
TUNEMBED_MATH1(log2)
TUNEMBED_MATH1(round)
TUNEMBED_MATH1(rsqrt)
TUNEMBED_MATH1(sin)
TUNEMBED_MATH1(sinh)
TUNEMBED_MATH1(sqrt)
TUNEMBED_MATH1(tan)
TUNEMBED_MATH1(tanh)
TUNEMBED_MATH1(trunc)
TUNEMBED_MATH2(atan2)
TUNEMBED_MATH2(fmax)
TUNEMBED_MATH2(fmin)
TUNEMBED_MATH2(fmod)
TUNEMBED_MATH2(pow)

extern "C" {
__device__ double fma(double, double, double);
__device__ float fmaf(float, float, float);
__device__ float __expf(float);
__device__ float __logf(float);
__device__ float __powf(float, float);
__device__ float __sinf(float);
__device__ float __cosf(float);
__device__ float __saturatef(float);
__device__ float __fdividef(float, float);
__device__ int abs(int);
__device__ int __float_as_int(float);
__device__ float __int_as_float(int);
__device__ int __double2hiint(double);
__device__ int __double2loint(double);
__device__ double __hiloint2double(int, int);
__device__ int __mul24(int, int);
__device__ int __popc(unsigned);
__device__ int __clz(int);
__device__ void __syncthreads(void);
__device__ void __syncwarp(unsigned);
__device__ void __threadfence(void);
__device__ void __threadfence_block(void);
__device__ int __any_sync(unsigned, int);
__device__ int __all_sync(unsigned, int);
__device__ unsigned __ballot_sync(unsigned, int);
__device__ int printf(const char *, ...);
}

#define TUNEMBED_NUMBERS(type)                                                        \
    static inline __device__ type min(type a, type b) { return b < a ? b : a; }       \
    static inline __device__ type max(type a, type b) { return a < b ? b : a; }       \
    static inline __device__ type __ldg(const type *from) { return *from; }           \
    __device__ type __shfl(type, int, int = 32);                                      \
    __device__ type __shfl_down(type, unsigned, int = 32);                            \
    __device__ type __shfl_xor(type, int, int = 32);                                  \
    __device__ type __shfl_sync(unsigned, type, int, int = 32);                       \
    __device__ type __shfl_up_sync(unsigned, type, unsigned, int = 32);               \
    __device__ type __shfl_down_sync(unsigned, type, unsigned, int = 32);             \
    __device__ type __shfl_xor_sync(unsigned, type, int, int = 32);                   \
    static inline __device__ type atomicAdd(type *at, type by)                        \
    { return __atomic_fetch_add(at, by, __ATOMIC_RELAXED); }

TUNEMBED_NUMBERS(int)
TUNEMBED_NUMBERS(unsigned)
TUNEMBED_NUMBERS(long)
TUNEMBED_NUMBERS(unsigned long)
TUNEMBED_NUMBERS(long long)
TUNEMBED_NUMBERS(unsigned long long)
TUNEMBED_NUMBERS(float)
TUNEMBED_NUMBERS(double)

#define TUNEMBED_ATOMIC(type)                                                         \
    static inline __device__ type atomicSub(type *at, type by)                        \
    { return __atomic_fetch_sub(at, by, __ATOMIC_RELAXED); }                          \
    static inline __device__ type atomicMin(type *at, type by)                        \
    { return __atomic_fetch_min(at, by, __ATOMIC_RELAXED); }                          \
    static inline __device__ type atomicMax(type *at, type by)                        \
    { return __atomic_fetch_max(at, by, __ATOMIC_RELAXED); }                          \
    static inline __device__ type atomicOr(type *at, type by)                         \
    { return __atomic_fetch_or(at, by, __ATOMIC_RELAXED); }                           \
    static inline __device__ type atomicAnd(type *at, type by)                        \
    { return __atomic_fetch_and(at, by, __ATOMIC_RELAXED); }                          \
    static inline __device__ type atomicExch(type *at, type by)                       \
    { return __atomic_exchange_n(at, by, __ATOMIC_RELAXED); }                         \
    static inline __device__ type atomicCAS(type *at, type old, type by)              \
    { __atomic_compare_exchange_n(at, &old, by, false, __ATOMIC_RELAXED,              \
                                  __ATOMIC_RELAXED);                                  \
      return old; }

TUNEMBED_ATOMIC(int)
TUNEMBED_ATOMIC(unsigned)
TUNEMBED_ATOMIC(unsigned long long)

enum cudaTextureReadMode { cudaReadModeElementType, cudaReadModeNormalizedFloat };
template <class T, int = 1, cudaTextureReadMode = cudaReadModeElementType>
struct __attribute__((device_builtin_texture_type)) texture {};
template <class T, int D, cudaTextureReadMode M>
__device__ T tex1Dfetch(texture<T, D, M>, int);
template <class T> __device__ T tex1D(cudaTextureObject_t, float);
template <class T> __device__ T tex1Dfetch(cudaTextureObject_t, int);
template <class T> __device__ T tex2D(cudaTextureObject_t, float, float);
template <class T> __device__ T tex3D(cudaTextureObject_t, float, float, float);

#undef TUNEMBED_ATOMIC
#undef TUNEMBED_MATH1
#undef TUNEMBED_MATH2
#undef TUNEMBED_NUMBERS
#undef TUNEMBED_VECTORS
