from stories import Page, examined, examined_page

from datakit.reports import experiments


def test_a_search_says_what_its_seeds_can_show():
    """A gain whose interval holds 0 is none, and the present settings may be the best."""
    found = examined().tuning

    def said(**changes):
        return experiments._search_told({**found, **changes})

    assert "expect less of it on others" in said()
    assert "no difference that 2 seeds can show" in said(gain=[0.05, -0.01, 0.11])
    assert "The present settings stand" in said(finalists=found["finalists"][::-1])


def test_arms_are_drawn_where_their_difference_has_an_error():
    """Models that answer alike have nothing to draw; the better arm is marked, the sentence is given."""
    tried = examined_page()
    page = Page(tried)
    assert "Difference in macro-F1" in page.words
    assert "Difference in recall" not in page.words
    assert tried.count('<span class="chip good">better</span>') == 2
    assert "ham against plain, macro-F1: better by 5.0 points (+3.0 to +7.0)." in page.words
