"""The class names of COCO, in both numberings that models use.

Most models number the 80 classes 0…79 (`COCO_80`). DETR descendants that kept the data set's own category ids number them
1…90 with holes (`COCO_91`).
"""

from __future__ import annotations

from typing import Final

_NAMES: Final = (  # noqa: SIM905 - eighty words read better than eighty lines
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,bench,bird,cat,dog,"
    "horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,"
    "baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,"
    "orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,"
    "cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"
).split(",")

# Category ids of the data set that were never given to a class in the published annotations.
_UNUSED_IDS: Final = frozenset({12, 26, 29, 30, 45, 66, 68, 69, 71, 83})

COCO_80: Final[dict[int, str]] = dict(enumerate(_NAMES))
"""Names by index 0…79."""

COCO_91: Final[dict[int, str]] = dict(
    zip((number for number in range(1, 91) if number not in _UNUSED_IDS), _NAMES, strict=True)
)
"""Names by category id 1…90."""
