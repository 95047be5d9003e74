"""Functions whose calls only compute a value from their arguments."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

_REAL = """
acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2
exp10 expm1 fabs fdim floor fma fmax fmin fmod hypot ilogb ldexp lgamma llrint llround
log log10 log1p log2 logb lrint lround nearbyint nextafter pow remainder rint round
scalbln scalbn sin sinh sqrt tan tanh tgamma trunc j0 j1 jn y0 y1 yn rsqrt
""".split()
_COMPLEX = """
cabs cacos cacosh carg casin casinh catan catanh ccos ccosh cexp cimag clog conj cpow
cproj creal csin csinh csqrt ctan ctanh
""".split()
_OTHER = """
abs labs llabs fpclassify isfinite isgreater isgreaterequal isinf isless islessequal
isnan isnormal signbit min max MIN MAX imin imax assert isalpha isdigit isalnum isspace
isupper islower ispunct toupper tolower __builtin_expect __builtin_fabs __builtin_sqrt
__builtin_inf __builtin_inff __builtin_nan __builtin_nanf __builtin_popcount
__builtin_clz __builtin_ctz __builtin_abs __builtin_fma
""".split()
PURE = frozenset(
    [name + suffix for name in _REAL + _COMPLEX for suffix in ("", "f", "l")] + _OTHER
)
