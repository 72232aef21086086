"""Terms of texts, their keyed hashes, and which are said more in some texts than elsewhere."""

from hypothesis import given
from hypothesis import strategies as st

from northbank.core.spoken import hash_of, hashed, over_represented, terms

KEY = b"k" * 32


def test_terms_are_runs_of_chinese_and_words() -> None:
    assert terms("水管爆裂, Burst PIPE 13900001234 at 5") == {
        "水管", "管爆", "爆裂", "水管爆", "管爆裂", "水管爆裂", "burst", "pipe",
    }  # fmt: skip


@given(st.text(max_size=100))
def test_hashes_are_as_many_as_terms_and_need_the_key(text: str) -> None:
    assert hashed(text, KEY) == {hash_of(term, KEY) for term in terms(text)}
    assert not terms(text) or hashed(text, KEY) != hashed(text, b"other")


def test_what_is_said_here_and_not_elsewhere_comes_first_and_the_longest_stays() -> None:
    texts = ["小区停水三天", "又停水了 请处理", "停水 请处理", "为什么停水"]
    found = over_represented(texts, lambda term: 0.5 if term == "处理" else 0.01)
    assert found[0].text == "停水"
    assert found[0].inside == 4
    assert not any(one.text in other.text for one in found for other in found if one is not other)


def test_of_terms_that_overlap_one_is_told() -> None:
    found = [one.text for one in over_represented(["夜间烧烤油烟进屋"] * 5, lambda _: 0.001)]
    pairs = [term[k : k + 2] for term in found for k in range(len(term) - 1)]
    assert found
    assert len(pairs) == len(set(pairs))


def test_what_everybody_says_is_not_told() -> None:
    assert not over_represented(["谢谢", "谢谢"], lambda _: 1.0)
    assert not over_represented(["停水"], lambda _: 0.0)
