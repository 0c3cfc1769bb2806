"""Words with a capital letter that training shows twice within a sentence, and the vocabulary has not whole."""

_WORDS = """
Africa Alice Alps Americans Antarctic April Arabia Arabic Asia August Austria Baikal Beijing Bell Bible
Birthday Brazil Britain British CD CDs California Canada Canadians Celsius Central Chicago China City Claus
Columbus DJ Dad Day December Denmark Earth Eiffel Embassy England Englishman Eve Facebook February Firefox
France Friday German Germany Greek Greene Hakodate Halloween Hamlet Harvard Hastings Hawaii Hilton Himalayas
Hokkaido Hong Hotel IBM ID II India Indian Internet Italian Italy January July June Jupiter Kingdom Kong
Korean Kyoto Lesson Lincoln March Mexico Milton Mondays Nagoya Nobel Ocean October Olympic Olympics Osaka PC
Pacific Paris Park Pluto President Rhine Russia Russian Santa Saturday Saturdays Saudi September Shanghai
Singapore South Spanish Station Switzerland Thames Thursday Time Tower Tuesday USA University Vienna War
Warsaw Waterloo Wednesday Wi World Year Zealand
"""

SEEN = frozenset(_WORDS.split())
