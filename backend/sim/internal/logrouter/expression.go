package logrouter

import (
	"errors"
	"regexp"
	"strings"
)

// errOnlyInRuby refuses what Go does not read, or reads in another way, and errOnlyInGo what a router would refuse.
var (
	errOnlyInRuby = errors.New("log routers have expressions of Ruby, which Go reads in another way")
	errOnlyInGo   = errors.New("log routers have expressions of Ruby, which does not know it")
)

var (
	// onlyInGo are the groups and options of Go that Ruby does not have.
	onlyInGo = regexp.MustCompile(`^\(\?(P[<=>]|[im-]*[sU])`)
	// upTo is a repetition, of which Go makes plain text.
	upTo = regexp.MustCompile(`^\{,\d+\}`)
	// classBegins has the bracket that stands first in a class of characters, and does not end it.
	classBegins = regexp.MustCompile(`^\[\^?\]?`)
)

// compile understands an expression of Fluent Bit or Fluentd: Ruby's, of which Go has the most part. A line has no breaks, so all
// that Ruby's ^ and $ and its option m say of these changes nothing.
// Sources: Fluent Bit, src/flb_regex.c; Onigmo, doc/RE.
func compile(text string) (*regexp.Regexp, error) {
	pattern, options := unslashed(text)
	if strings.Contains(options, "x") {
		return nil, errOnlyInRuby
	}
	if err := checkDialect(pattern); err != nil {
		return nil, err
	}
	if strings.Contains(options, "i") {
		pattern = "(?i)" + pattern
	}
	return regexp.Compile(pattern)
}

// unslashed is what stands between the slashes of /expression/im, and the options behind them. Without these, or with options
// that there are not, all of the text is the expression.
func unslashed(text string) (pattern, options string) {
	end := strings.LastIndex(text, "/")
	if end < 1 || text[0] != '/' || strings.Trim(text[end+1:], "imox") != "" {
		return text, ""
	}
	return text[1:end], text[end+1:]
}

// checkDialect finds what compiles in both languages, or in Go alone, and means another thing there.
func checkDialect(pattern string) error {
	class := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case strings.HasPrefix(rest, `\Q`), // quotes in Go
			!class && upTo.MatchString(rest),
			class && strings.HasPrefix(rest, "&&"), // intersects in Ruby
			class && rest[0] == '[' && !strings.HasPrefix(rest, "[:"):
			return errOnlyInRuby
		case !class && onlyInGo.MatchString(rest):
			return errOnlyInGo
		case rest[0] == '\\':
			i++
		case class && strings.HasPrefix(rest, "[:"):
			i++
			for i+1 < len(pattern) && pattern[i] != ']' {
				i++
			}
		case !class && rest[0] == '[':
			class = true
			i += len(classBegins.FindString(rest)) - 1
		case rest[0] == ']':
			class = false
		}
	}
	return nil
}
