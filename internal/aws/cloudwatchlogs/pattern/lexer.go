package pattern

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer takes a pattern apart.
type lexer struct {
	text    string
	at      int
	regexes int // so far
}

type kind byte

const (
	operator kind = iota // = != < <= > >= && || ( ) , { } [ ]
	word                 // bare: a number, a text, a name, ...
	quote
	expression
	path
)

// token is a piece of a pattern of JSON or of fields.
type token struct {
	kind  kind
	text  string
	regex *regexp.Regexp
	steps []step
}

func (t token) is(text string) bool { return t.kind == operator && t.text == text }

func isSpace(c byte) bool { return strings.IndexByte(" \t\n\r\v\f", c) >= 0 }

// plain is what a term consists of, wordly what a value or a name does.
func plain(r rune) bool  { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
func wordly(r rune) bool { return plain(r) || strings.ContainsRune("-+.*/@#?", r) }

func (l *lexer) skip() {
	for l.at < len(l.text) && isSpace(l.text[l.at]) {
		l.at++
	}
}

// run takes characters of a class.
func (l *lexer) run(class func(rune) bool) string {
	start := l.at
	for l.at < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[l.at:])
		if !class(r) {
			break
		}
		l.at += size
	}
	return l.text[start:l.at]
}

func (l *lexer) character() string {
	_, size := utf8.DecodeRuneInString(l.text[l.at:])
	return l.text[l.at : l.at+size]
}

// quoted takes a text in quotes, in which a backslash stands before a quote.
func (l *lexer) quoted() (string, error) {
	var text strings.Builder
	for i := l.at + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '"':
			l.at = i + 1
			return text.String(), nil
		case c == '\\' && i+1 < len(l.text) && (l.text[i+1] == '"' || l.text[i+1] == '\\'):
			i++
			text.WriteByte(l.text[i])
		default:
			text.WriteByte(c)
		}
	}
	return "", badTerm(l.text[l.at:])
}

// symbols are those that an expression may have without a backslash, beside letters and
// digits. Source: user guide; recorded answers for those that it may not have.
const symbols = ":_#=@/;,- ^$?[]{}|\\*+."

// regex takes an expression between percent signs.
func (l *lexer) regex() (*regexp.Regexp, error) {
	for i := l.at + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '%':
			source := l.text[l.at+1 : i]
			l.at = i + 1
			l.regexes++
			compiled, err := regexp.Compile(source)
			if err != nil {
				return nil, &Error{"Failed to compile regular expression."}
			}
			return compiled, nil
		case c == '\\' && i+1 < len(l.text) && l.text[i+1] < utf8.RuneSelf:
			i++
		case c >= utf8.RuneSelf || !plain(rune(c)) && strings.IndexByte(symbols, c) < 0:
			_, size := utf8.DecodeRuneInString(l.text[i:])
			return nil, badTerm(l.text[l.at : i+size])
		}
	}
	return nil, badTerm(l.text[l.at:])
}

// operators, the longer ones first.
var operators = []string{"!=", "<=", ">=", "&&", "||", "=", "<", ">", "(", ")", ",", "{", "}", "]"}

// tokens takes all of the pattern apart. AWS complains of characters before it looks at what
// the words say. Source: recorded answers (LOGS0006).
func (l *lexer) tokens() (all []token, err error) {
	for l.skip(); l.at < len(l.text); l.skip() {
		t, err := l.token()
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (l *lexer) token() (t token, err error) {
	switch c := l.text[l.at]; {
	case c == '"':
		t.kind = quote
		t.text, err = l.quoted()
		return t, err
	case c == '%':
		t.kind = expression
		t.regex, err = l.regex()
		return t, err
	case c == '$' && l.text[0] == '{':
		t.kind = path
		t.steps, err = l.path()
		return t, err
	case c == '[' && l.at == 0:
		l.at++
		return token{text: "["}, nil
	}
	for _, o := range operators {
		if strings.HasPrefix(l.text[l.at:], o) {
			l.at += len(o)
			return token{text: o}, nil
		}
	}
	if text := l.run(wordly); text != "" {
		return token{kind: word, text: text}, nil
	}
	start := l.at
	if c := l.text[l.at]; c == '!' || c == '&' || c == '|' { // the half of an operator
		l.at++
		if l.at == len(l.text) {
			return t, badTerm(l.text[start:])
		}
	}
	l.at += len(l.character())
	return t, badTerm(l.text[start:l.at])
}

// parser goes through tokens.
type parser struct {
	tokens []token
	at     int
}

// peek returns the next token, at the end one of no kind.
func (p *parser) peek() token {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return token{}
}

func (p *parser) next() token {
	t := p.peek()
	p.at++
	return t
}

// take takes an operator if it is the next token.
func (p *parser) take(text string) bool {
	if p.peek().is(text) && p.at < len(p.tokens) {
		p.at++
		return true
	}
	return false
}
