"""Countries as passports write them: the three letters of ISO 3166-1, and the few codes of ICAO 9303 beside them."""

from types import MappingProxyType
from typing import Final

_ISO_3166: Final = (
    "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM "
    "BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR "
    "CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB "
    "GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA "
    "JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA "
    "MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR "
    "NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS "
    "SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON "
    "TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE"
)
# Laissez-passer, stateless people, refugees, other British nationals, Kosovo, the European Union
_ICAO_9303: Final = "UNO UNA UNK XXA XXB XXC XXX GBD GBN GBO GBP GBS RKS EUE XOM"
COUNTRIES: Final = frozenset(_ISO_3166.split()) | frozenset(_ICAO_9303.split())
# What passports print that is no code of ISO 3166: Germany writes D
SPELLINGS: Final = MappingProxyType({"D": "DEU"})


def country(text: str) -> str | None:
    """The three letters of a country that issues passports, or None."""
    code = text.strip().upper()
    code = SPELLINGS.get(code, code)
    return code if code in COUNTRIES else None
