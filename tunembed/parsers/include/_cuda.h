/* What CUDA kernels need of the SDK's headers, so that they compile without it. */
#ifndef TUNEMBED_CUDA_H
#define TUNEMBED_CUDA_H

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))

typedef __SIZE_TYPE__ size_t;

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
    __host__ __device__ constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1)
        : x(a), y(b), z(c)
    {
    }
};
#define TUNEMBED_VECTORS(type)   \
    struct type##2 {             \
        type x, y;               \
    };                           \
    struct type##3 {             \
        type x, y, z;            \
    };                           \
    struct type##4 {             \
        type x, y, z, w;         \
    };
TUNEMBED_VECTORS(int)
TUNEMBED_VECTORS(float)
TUNEMBED_VECTORS(double)
#undef TUNEMBED_VECTORS

#include <__clang_cuda_builtin_vars.h>

#define TUNEMBED_MATH(name)                                   \
    extern "C" __device__ double name(double);                \
    extern "C" __device__ float name##f(float);
TUNEMBED_MATH(sqrt)
TUNEMBED_MATH(rsqrt)
TUNEMBED_MATH(cbrt)
TUNEMBED_MATH(exp)
TUNEMBED_MATH(exp2)
TUNEMBED_MATH(log)
TUNEMBED_MATH(log2)
TUNEMBED_MATH(log10)
TUNEMBED_MATH(sin)
TUNEMBED_MATH(cos)
TUNEMBED_MATH(tan)
TUNEMBED_MATH(tanh)
TUNEMBED_MATH(erf)
TUNEMBED_MATH(fabs)
TUNEMBED_MATH(floor)
TUNEMBED_MATH(ceil)
#undef TUNEMBED_MATH
#define TUNEMBED_MATH(name)                                   \
    extern "C" __device__ double name(double, double);        \
    extern "C" __device__ float name##f(float, float);
TUNEMBED_MATH(pow)
TUNEMBED_MATH(fmin)
TUNEMBED_MATH(fmax)
TUNEMBED_MATH(fmod)
TUNEMBED_MATH(atan2)
#undef TUNEMBED_MATH
extern "C" __device__ double fma(double, double, double);
extern "C" __device__ float fmaf(float, float, float);

__device__ inline int min(int a, int b) { return a < b ? a : b; }
__device__ inline int max(int a, int b) { return a > b ? a : b; }
__device__ inline float min(float a, float b) { return fminf(a, b); }
__device__ inline float max(float a, float b) { return fmaxf(a, b); }
__device__ inline double min(double a, double b) { return fmin(a, b); }
__device__ inline double max(double a, double b) { return fmax(a, b); }

template <class T> __device__ inline T atomicAdd(T *place, T value)
{
    return __atomic_fetch_add(place, value, __ATOMIC_RELAXED);
}
template <class T> __device__ inline T atomicMin(T *place, T value)
{
    return __atomic_fetch_min(place, value, __ATOMIC_RELAXED);
}
template <class T> __device__ inline T atomicMax(T *place, T value)
{
    return __atomic_fetch_max(place, value, __ATOMIC_RELAXED);
}

#endif
