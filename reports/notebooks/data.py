"""The data that lie beside the notebooks, and the words on where they come from."""

from __future__ import annotations

from importlib import resources

NOTICE = """\
# Data

`restaurant_ratings.csv`: 1,161 ratings of 130 restaurants by 138 guests in Mexico. The columns are `userID`,
`placeID` and three ratings of 0, 1 or 2: `rating` (overall), `food_rating`, `service_rating`. "Restaurant &
consumer data", Blanca Vargas-Govea, Gabriel González-Serna, Rafael Ponce-Medellín, 2011; UCI Machine Learning
Repository. License: Creative Commons Attribution 4.0 International (CC BY 4.0). The values are unchanged.

`flower.jpg`: the photograph that comes with scikit-learn, unchanged. License: Creative Commons Attribution
2.0 Generic (CC BY 2.0). `flower_license.txt` is scikit-learn's own note on whose it is.
"""


def bundled() -> dict[str, bytes]:
    """File name -> content."""
    ratings = resources.files("algorithms") / "data" / "restaurant_ratings.csv"
    pictures = resources.files("sklearn.datasets") / "images"
    return {
        "DATA.md": NOTICE.encode(),
        "flower.jpg": (pictures / "flower.jpg").read_bytes(),
        "flower_license.txt": (pictures / "README.txt").read_bytes(),
        "restaurant_ratings.csv": ratings.read_bytes(),
    }
