package eventpattern

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// fold is a text whose letters may have either case. Source: recorded answers; event-ruler takes each character
// alone, in UTF-16, as it is in lower or in upper case: so ß is SS, not ss, and half of a pair is a question mark.
type fold []letter

// letter is a character in lower and in upper case.
type letter struct{ lower, upper string }

func newFold(text string) fold {
	f := make(fold, 0, len(text))
	for _, c := range text {
		if utf16.RuneLen(c) == 2 {
			f = append(f, letter{"?", "?"}, letter{"?", "?"})
			continue
		}
		f = append(f, letter{lower(c), upper(c)})
	}
	return f
}

func lower(c rune) string {
	if c == '\u0130' {
		return "i\u0307" // the only one that becomes two
	}
	return string(unicode.ToLower(c))
}

func upper(c rune) string {
	if c > unicode.MaxASCII {
		if i := strings.Index(longUppers, " "+string(c)); i >= 0 {
			long, _, _ := strings.Cut(longUppers[i+1+utf8.RuneLen(c):], " ")
			return long
		}
	}
	return string(unicode.ToUpper(c))
}

// cutPrefix takes the text from the beginning of another.
func (f fold) cutPrefix(text string) (rest string, found bool) {
	for _, l := range f {
		if rest, found = strings.CutPrefix(text, l.lower); !found {
			if rest, found = strings.CutPrefix(text, l.upper); !found {
				return "", false
			}
		}
		text = rest
	}
	return text, true
}

// endsIn tells whether another text ends in it.
func (f fold) endsIn(text string) bool {
	for _, l := range slices.Backward(f) {
		rest, found := strings.CutSuffix(text, l.lower)
		if !found {
			if rest, found = strings.CutSuffix(text, l.upper); !found {
				return false
			}
		}
		text = rest
	}
	return true
}

// longUppers are the characters that become several in upper case, each with these. Source: SpecialCasing.txt of
// Unicode, the entries that hold everywhere.
const longUppers = " " +
	"\u00dfSS \u0149\u02bcN \u01f0J\u030c \u0390\u0399\u0308\u0301 \u03b0\u03a5\u0308\u0301 " +
	"\u0587\u0535\u0552 \u1e96H\u0331 \u1e97T\u0308 \u1e98W\u030a \u1e99Y\u030a \u1e9aA\u02be " +
	"\u1f50\u03a5\u0313 \u1f52\u03a5\u0313\u0300 \u1f54\u03a5\u0313\u0301 \u1f56\u03a5\u0313\u0342 " +
	"\u1f80\u1f08\u0399 \u1f81\u1f09\u0399 \u1f82\u1f0a\u0399 \u1f83\u1f0b\u0399 \u1f84\u1f0c\u0399 " +
	"\u1f85\u1f0d\u0399 \u1f86\u1f0e\u0399 \u1f87\u1f0f\u0399 \u1f88\u1f08\u0399 \u1f89\u1f09\u0399 " +
	"\u1f8a\u1f0a\u0399 \u1f8b\u1f0b\u0399 \u1f8c\u1f0c\u0399 \u1f8d\u1f0d\u0399 \u1f8e\u1f0e\u0399 " +
	"\u1f8f\u1f0f\u0399 \u1f90\u1f28\u0399 \u1f91\u1f29\u0399 \u1f92\u1f2a\u0399 \u1f93\u1f2b\u0399 " +
	"\u1f94\u1f2c\u0399 \u1f95\u1f2d\u0399 \u1f96\u1f2e\u0399 \u1f97\u1f2f\u0399 \u1f98\u1f28\u0399 " +
	"\u1f99\u1f29\u0399 \u1f9a\u1f2a\u0399 \u1f9b\u1f2b\u0399 \u1f9c\u1f2c\u0399 \u1f9d\u1f2d\u0399 " +
	"\u1f9e\u1f2e\u0399 \u1f9f\u1f2f\u0399 \u1fa0\u1f68\u0399 \u1fa1\u1f69\u0399 \u1fa2\u1f6a\u0399 " +
	"\u1fa3\u1f6b\u0399 \u1fa4\u1f6c\u0399 \u1fa5\u1f6d\u0399 \u1fa6\u1f6e\u0399 \u1fa7\u1f6f\u0399 " +
	"\u1fa8\u1f68\u0399 \u1fa9\u1f69\u0399 \u1faa\u1f6a\u0399 \u1fab\u1f6b\u0399 \u1fac\u1f6c\u0399 " +
	"\u1fad\u1f6d\u0399 \u1fae\u1f6e\u0399 \u1faf\u1f6f\u0399 \u1fb2\u1fba\u0399 \u1fb3\u0391\u0399 " +
	"\u1fb4\u0386\u0399 \u1fb6\u0391\u0342 \u1fb7\u0391\u0342\u0399 \u1fbc\u0391\u0399 " +
	"\u1fc2\u1fca\u0399 \u1fc3\u0397\u0399 \u1fc4\u0389\u0399 \u1fc6\u0397\u0342 " +
	"\u1fc7\u0397\u0342\u0399 \u1fcc\u0397\u0399 \u1fd2\u0399\u0308\u0300 \u1fd3\u0399\u0308\u0301 " +
	"\u1fd6\u0399\u0342 \u1fd7\u0399\u0308\u0342 \u1fe2\u03a5\u0308\u0300 \u1fe3\u03a5\u0308\u0301 " +
	"\u1fe4\u03a1\u0313 \u1fe6\u03a5\u0342 \u1fe7\u03a5\u0308\u0342 \u1ff2\u1ffa\u0399 " +
	"\u1ff3\u03a9\u0399 \u1ff4\u038f\u0399 \u1ff6\u03a9\u0342 \u1ff7\u03a9\u0342\u0399 " +
	"\u1ffc\u03a9\u0399 \ufb00FF \ufb01FI \ufb02FL \ufb03FFI \ufb04FFL \ufb05ST \ufb06ST " +
	"\ufb13\u0544\u0546 \ufb14\u0544\u0535 \ufb15\u0544\u053b \ufb16\u054e\u0546 \ufb17\u0544\u053d"
