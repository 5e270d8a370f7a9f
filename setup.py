"""Maps the three source roots onto one distribution; everything else is in setup.cfg."""

from setuptools import find_packages, setup

ROOTS = ("core", "plugins", "site")

setup(
    packages=[package for root in ROOTS for package in find_packages(root)],
    include_package_data=False,
    package_data={
        "": [
            "templates/**/*",
            "static/**/*",
            "locale/**/*.mo",
            "locale/**/*.po",
            "examples.json",
            "py.typed",
            "*.md",
        ],
    },
)
