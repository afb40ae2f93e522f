"""Many points against many polygons, many moves against many lines."""

import numpy as np
import pytest

import sightline


def test_each_point_of_a_grid_of_zones_is_in_one():
    cells = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for y in range(10) for x in range(10)]
    grid = sightline.PolygonSet(cells)
    ticks = np.arange(0, 10, 0.25)
    points = np.array([(x, y) for x in ticks for y in ticks])
    inside = grid.contains(points)
    assert inside.shape == (1600, 100)
    assert inside.sum(axis=1).tolist() == [1] * 1600
    assert inside.argmax(axis=1).tolist() == [int(y) * 10 + int(x) for x, y in points]


def test_moves_over_lines_have_a_direction():
    lines = sightline.LineSet([((0, 5), (10, 5)), ((5, 0), (5, 10))])
    start = np.array([[1.0, 1.0], [9.0, 9.0], [1.0, 1.0], [1.0, 1.0]])
    end = np.array([[1.0, 9.0], [9.0, 1.0], [9.0, 9.1], [2.0, 2.0]])
    assert lines.crossings(start, end).tolist() == [[1, 0], [-1, 0], [1, -1], [0, 0]]
    assert lines.crossings(end, start).tolist() == [[-1, 0], [1, 0], [-1, 1], [0, 0]]


@pytest.mark.parametrize("points", [np.zeros((3, 2), np.float32), [[1, 2], [3, 4]], np.zeros((4, 4))[:, ::2]])
def test_points_come_in_any_kind_of_array(points):
    square = sightline.PolygonSet([[(-1, -1), (9, -1), (9, 9), (-1, 9)]])
    assert square.contains(points).all()


def test_no_points_no_polygons():
    assert sightline.PolygonSet([]).contains([[1, 2]]).shape == (1, 0)
    assert sightline.PolygonSet([[(0, 0), (1, 0), (0, 1)]]).contains(np.empty((0, 2))).shape == (0, 1)
    assert sightline.LineSet([]).crossings([[1, 2]], [[3, 4]]).shape == (1, 0)


def test_sides_may_cross_where_that_is_asked_for():
    star = [(0, -10), (6, 8), (-10, -3), (10, -3), (-6, 8)]
    tips_and_middle = [(0, -8), (0, 0), (8, -2.5), (0, 5)]
    shape = sightline.PolygonSet([star], even_odd=True)
    assert shape.contains(tips_and_middle)[:, 0].tolist() == [True, False, True, False]
    with pytest.raises(ValueError, match=r"polygons\[0\].*cancel out"):
        sightline.PolygonSet([[(0, 0), (4, 0), (0, 4), (0, 0), (4, 0), (0, 4)]], even_odd=True)


def test_faults_name_the_shape():
    with pytest.raises(ValueError, match=r"polygons\[1\].*cross"):
        sightline.PolygonSet([[(0, 0), (1, 0), (0, 1)], [(0, 0), (1, 1), (1, 0), (0, 1)]])
    with pytest.raises(ValueError, match=r"segments\[0\].*no length"):
        sightline.LineSet([((1, 1), (1, 1))])
    with pytest.raises(ValueError, match="as many ends as starts, found 1 and 2"):
        sightline.LineSet([((0, 0), (1, 1))]).crossings(np.zeros((1, 2)), np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"expected shape \(N, 2\), found \(3, 4\)"):
        sightline.PolygonSet([[(0, 0), (1, 0), (0, 1)]]).contains(np.zeros((3, 4)))


def test_the_core_refuses_columns_that_look_like_rows():
    corner = sightline.PolygonSet([[(0, 0), (1, 0), (0, 1)]])
    across = np.array([[0.1, 5.0, 0.1], [0.1, 5.0, 5.0]])
    assert corner.contains(across.T).tolist() == [[True], [False], [False]]
    with pytest.raises(TypeError, match="points: expected a C-contiguous float64 array"):
        corner._core.contains(across.T)
