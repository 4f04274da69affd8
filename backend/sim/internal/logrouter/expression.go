package logrouter

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var errNoRightSlash = errors.New("missing right slash, which Fluentd wants")

// compile understands an expression of Fluent Bit or Fluentd: Ruby's, of which Go has the most part. A line has no breaks, so all
// that Ruby's ^ and $ and its option m say of these changes nothing.
func compile(text string, fluentd bool) (*regexp.Regexp, error) {
	pattern, options := ofFluentBit(text)
	if fluentd {
		var err error
		if pattern, options, err = ofFluentd(text); err != nil {
			return nil, err
		}
	}
	if strings.Contains(options, "x") && strings.ContainsFunc(pattern, isComment) {
		return nil, errReadByGo
	}
	if strings.Contains(options, "i") {
		pattern = "(?i)" + pattern
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	if err := checkDialect(pattern); err != nil {
		return nil, err
	}
	return compiled, nil
}

// isComment says that a character begins a comment, or is one, with the option x.
func isComment(r rune) bool { return r == '#' || unicode.IsSpace(r) }

// slashes are those that Fluent Bit takes away, with the options behind them. With others, or with o alone, they and all of the
// text are the expression. Source: Fluent Bit, src/flb_regex.c.
var slashes = regexp.MustCompile(`(?s)^/(.*)/([imox]*[imx]o*|)$`)

func ofFluentBit(text string) (pattern, options string) {
	if parts := slashes.FindStringSubmatch(text); parts != nil {
		return parts[1], parts[2]
	}
	return text, ""
}

// ofFluentd takes away the slashes of what begins with one, and the options behind them, of which it knows i and m.
// Source: Fluentd, lib/fluent/config/types.rb.
func ofFluentd(text string) (pattern, options string, err error) {
	if !strings.HasPrefix(text, "/") {
		return text, "", nil
	}
	end := strings.LastIndex(text, "/")
	options = text[end+1:]
	if utf8.RuneCountInString(options) > 2 {
		return "", "", errNoRightSlash
	}
	return text[min(1, end):end], strings.ReplaceAll(options, "x", ""), nil
}
