#!/bin/sh
# Makes the fonts of the HTML report from the full ones: ./subset.sh FOLDER, where FOLDER holds NewCMMath-Book.otf
# and LibertinusSerif-{Regular,Italic,Semibold}.otf. Run by hand, once, when a character is missing.
set -eu
here=$(dirname "$0")

text=0020-007E,00A0-017F,0192,0218-021B,02C6,02C7,02D8-02DD,0300-0304,0306-0308,030A-030C,0327,0328
text=$text,0384-03CE,03D1,03D5,03F5,2010-2015,2018-2022,2026,202F,2030,2032,2033,2039,203A,2044,2070-208E,20AC
text=$text,2116,2122,2190-2193,2202,2206,220F,2211,2212,221A,221E,2248,2260,2264,2265,FB00-FB04,FFFD
for style in Regular Italic Semibold; do
    pyftsubset "$1/LibertinusSerif-$style.otf" --unicodes="$text" --no-hinting --flavor=woff2 \
        --layout-features=kern,liga,lnum,tnum,mark,mkmk,ccmp,locl \
        --output-file="$here/LibertinusSerif-$style.woff2"
done

math=0020-007E,00A0,00AC,00AF-00B1,00B7,00D7,00F7,0131,0237,02C6,02C7,02D8-02DC,0300-0308,030A,030C,0332,0338
math=$math,0391-03A9,03B1-03C9,03D1,03D5,03D6,03F0,03F1,03F5,2013,2014,2016,2018-201D,2020,2021,2026,2032-2034
math=$math,203E,2044,2061-2064,20D7,210B,210E,2110-2113,2115,2118-211B,211D,2124,2127,212C,2130,2131,2133,2135
math=$math,2190-2199,21A6,21D0-21D5,2200-220B,220F-2213,2216-221E,2220,2223-222E,2234-2237,223C,2243,2245,2248
math=$math,224D,2254,2255,225C,225D,225F-2265,226A,226B,226E-2271,227A-2281,2282-228B,2293-2299,22A2-22A5,22A8
math=$math,22B4,22B5,22C0-22C6,22EE-22F1,2308-230B,23B4,23B5,23DC-23DF,25A0,25A1,25B3,25CB,25CF,2713,27C2
math=$math,27E6-27E9,27F5-27FC,2A00-2A02,2A7D,2A7E,2AAF,2AB0,FE00,FE01
math=$math,1D400-1D4CF,1D538-1D56B,1D6A4,1D6A5,1D6A8-1D755,1D7CE-1D7E1
pyftsubset "$1/NewCMMath-Book.otf" --unicodes="$math" --no-hinting --flavor=woff2 --layout-features= \
    --output-file="$here/NewCMMath-Book.woff2"
