"""What transformers of parsed programs that learn nothing have in common."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from sklearn.base import BaseEstimator, TransformerMixin, _fit_context


class StatelessTransformer(TransformerMixin, BaseEstimator):
    """A transformer of parsed programs that learns nothing."""

    _parameter_constraints: dict

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X=None, y=None):
        """Check the parameters; nothing is learnt.

        Parameters
        ----------
        X : Ignored
            Not used.
        y : Ignored
            Not used.

        Returns
        -------
        estimator
            The transformer itself.
        """
        return self

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = raw_input_tags(super().__sklearn_tags__())
        tags.requires_fit = False
        return tags


def raw_input_tags(tags):
    """Return the tags of an estimator with those for parsed programs as input."""
    tags.no_validation = True
    tags.input_tags.two_d_array = False
    tags.input_tags.allow_nan = True
    return tags
