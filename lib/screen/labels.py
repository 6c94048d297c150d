"""The screen's own texts: their lines in the language's table SCREEN_TEXTS."""

from compat import const

S_AGO = const(0)
MINUTES = const(1)
HOURS = const(2)
NO_DATA = const(3)
NO_DATA_YET = const(4)
IN_HOURS = const(5)
CELLS = const(6)
DIFFER = const(7)
TEMP = const(8)
TO = const(9)
AIM = const(10)
MAT = const(11)
OFF = const(12)
ON = const(13)
TODAY = const(14)
WARM_IN = const(15)
WARM = const(16)
UNCERTAIN = const(17)
FED = const(18)  # 18: by the pack, 19: by the charger
SEEN = const(20)  # 20: no charger, 21: a charger
COLD = const(22)
SWITCHED_OFF = const(23)
NO_OUTPUT = const(24)
BOOST = const(25)
TAKES = const(26)
REPORT = const(27)  # and those after it: the rows of the heater's report
CLEAR = const(33)
CLEARED = const(34)  # a headline and four lines
PHONE = const(39)
BACK = const(40)
FROZEN = const(41)
ERROR = const(42)
ERRORS = const(43)
PACK = const(44)
OF = const(45)
WITHOUT = const(46)
PHONE_HAS = const(47)
STARTING = const(48)
IS_IT_OFF = const(49)
NO_PAGES = const(50)  # two lines: what runs without them, and the setting
