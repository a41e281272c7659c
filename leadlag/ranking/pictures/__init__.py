"""Pictures of a ranking, and of one of its leads."""

from leadlag.plot.pictures import Picture
from leadlag.ranking.pictures.forest import ranking, ranking_inches
from leadlag.ranking.pictures.lags import heatmap, heatmap_inches, profile, profile_inches

__all__ = ["LEAD", "RANKING"]

#: The pictures of a ranking, the usual one first.
RANKING = {"ranking": Picture(ranking, ranking_inches), "heatmap": Picture(heatmap, heatmap_inches)}

#: The picture of one lead.
LEAD = {"profile": Picture(profile, profile_inches)}
