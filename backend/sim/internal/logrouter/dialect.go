package logrouter

import (
	"errors"
	"regexp"
	"strings"
)

// errReadByGo refuses what Go reads in another way, and errOnlyInGo what a router would refuse.
var (
	errReadByGo = errors.New("log routers read expressions as Ruby does, and Go reads this one in another way")
	errOnlyInGo = errors.New("log routers read expressions as Ruby does, and Ruby refuses this one")
)

var (
	// pieces has the pieces of an expression, and piecesOfClass the pieces of a class of characters. The bracket that stands first in
	// a class does not end it.
	pieces        = regexp.MustCompile(`(?s)^(?:\\[pPx]\{[^}]*\}|\\.|\(\?[im-]*[:)]|\[\^?\]?|.)`)
	piecesOfClass = regexp.MustCompile(`(?s)^(?:\\[pPx]\{[^}]*\}|\\.|\[:\^?[a-z]+:\]|&&|.)`)

	// otherEscapes are quotes, properties without braces, references to groups, and bytes that are no characters.
	otherEscapes = regexp.MustCompile(`^\\(?:Q|[pP][^{]|[1-9]\d|x[89a-fA-F])`)
	// otherRepetitions are {n}?, {,n}, and those with a zero in front.
	otherRepetitions = regexp.MustCompile(`^\{(?:\d+\}\?|,\d+\}|0\d|\d+,0\d)`)
	// onlyInGo are groups and options.
	onlyInGo = regexp.MustCompile(`^\(\?(?:P|<\d|[im-]*[sU])`)
)

// dialect is how far an expression was read.
type dialect struct {
	class  bool   // this is in a class of characters
	begins bool   // a branch begins
	held   []bool // of each group around: Ruby applies an option in it to the branches that follow as well
}

// checkDialect finds what means another thing in Ruby, or nothing, in an expression that Go has. Source: Onigmo, doc/RE.
func checkDialect(pattern string) error {
	d := dialect{begins: true, held: []bool{false}}
	for rest := pattern; rest != ""; {
		next, piece := d.read, pieces.FindString(rest)
		if d.class {
			next, piece = d.readClass, piecesOfClass.FindString(rest)
		}
		if otherEscapes.MatchString(rest) {
			return errReadByGo
		}
		if err := next(piece, rest); err != nil {
			return err
		}
		rest = rest[len(piece):]
	}
	return nil
}

func (d *dialect) readClass(piece, _ string) error {
	if piece == "[" || piece == "&&" { // a set in the class, or an intersection
		return errReadByGo
	}
	d.class = piece != "]"
	return nil
}

// read reads a piece outside classes, with which the rest begins.
func (d *dialect) read(piece, rest string) error {
	group := len(d.held) - 1
	switch {
	case onlyInGo.MatchString(rest):
		return errOnlyInGo
	case otherRepetitions.MatchString(rest), piece == "|" && d.held[group]:
		return errReadByGo
	case strings.HasPrefix(piece, "(?") && strings.HasSuffix(piece, ")"):
		d.held[group] = d.held[group] || !d.begins
		return nil
	case piece[0] == '(':
		d.held = append(d.held, false)
	case piece == ")":
		d.held = d.held[:group]
	}
	d.class = piece[0] == '['
	d.begins = piece == "|" || piece[0] == '('
	return nil
}
