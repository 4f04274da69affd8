package allowedpattern

import (
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// expression is what has been read.
type expression struct {
	match node
	text  string // the same for Go, if the size is one that Go gets
	size  int    // of what Go makes of the text, about
}

// irregular is the size of what Go's expressions cannot match.
const irregular = 1 << 30

func grow(sizes ...int) (sum int) {
	for _, n := range sizes {
		sum = min(sum+n, irregular)
	}
	return sum
}

// parser reads an expression.
type parser struct {
	rest               []rune
	depth              int
	ignoreCase, dotAll bool
	tables             map[string]set // of Unicode that it has read
}

const maxDepth = 100

// take takes a text that comes next.
func (p *parser) take(text string) bool {
	if !strings.HasPrefix(string(p.rest[:min(len(p.rest), len(text))]), text) {
		return false
	}
	p.rest = p.rest[len(text):]
	return true
}

// alternatives reads up to the end of a group, whose flags end there.
func (p *parser) alternatives() (expression, error) {
	if p.depth++; p.depth > maxDepth {
		return expression{}, ErrNotBuilt
	}
	ignoreCase, dotAll := p.ignoreCase, p.dotAll
	defer func() { p.depth, p.ignoreCase, p.dotAll = p.depth-1, ignoreCase, dotAll }()
	all, err := p.sequence()
	if err != nil || len(p.rest) == 0 || p.rest[0] != '|' {
		return all, err
	}
	nodes, texts := []node{all.match}, []string{all.text}
	for p.take("|") {
		other, err := p.sequence()
		if err != nil {
			return expression{}, err
		}
		nodes, texts = append(nodes, other.match), append(texts, other.text)
		all.size = grow(all.size, other.size, 1)
	}
	return expression{either(nodes), strings.Join(texts, "|"), all.size}, nil
}

func (p *parser) sequence() (expression, error) {
	var made sequenced
	for len(p.rest) > 0 && p.rest[0] != '|' && p.rest[0] != ')' {
		atom, err := p.atom()
		if err == nil {
			atom, err = p.repetition(atom)
		}
		if err != nil {
			return expression{}, err
		}
		made.add(atom)
	}
	return made.expression(), nil
}

// sequenced gathers what follows each other.
type sequenced struct {
	nodes []node
	text  strings.Builder
	size  int
}

func (s *sequenced) add(e expression) {
	s.nodes = append(s.nodes, e.match)
	if s.size = grow(s.size, e.size); s.size <= maxSize { // else the text is of no use
		s.text.WriteString(e.text)
	}
}

func (s *sequenced) expression() expression {
	return expression{sequence(s.nodes), s.text.String(), grow(s.size, 1)}
}

func (p *parser) atom() (expression, error) {
	switch {
	case p.take("^"), p.take(`\A`):
		return anchor(`\A`, func(_ []rune, at int) bool { return at == 0 }), nil
	case p.take("$"), p.take(`\z`), p.take(`\Z`):
		return anchor(`\z`, func(text []rune, at int) bool { return at == len(text) }), nil
	case p.take(`\b`):
		return anchor(`\b`, atWord), nil
	case p.take(`\B`):
		return anchor(`\B`, func(text []rune, at int) bool { return !atWord(text, at) }), nil
	case p.take(`\Q`):
		return p.quoted(), nil
	case p.take("("):
		return p.parentheses()
	case p.take("."):
		if p.dotAll {
			return character(set(nil).not()), nil
		}
		return character(lineEnds.not()), nil
	case p.take("["):
		s, err := p.class()
		return character(s), err
	case strings.ContainsRune("*+?{", p.rest[0]):
		return expression{}, ErrNotBuilt
	}
	r, is, err := p.character()
	if is.single {
		is.set = p.fold(single(r))
	}
	return character(is.set), err
}

func character(s set) expression { return expression{one(s), s.text(), 1 + len(s)/8} }

func anchor(text string, is func([]rune, int) bool) expression { return expression{place(is), text, 1} }

func atWord(text []rune, at int) bool {
	before := at > 0 && named['w'].has(text[at-1])
	after := at < len(text) && named['w'].has(text[at])
	return before != after
}

// quoted reads up to \E.
func (p *parser) quoted() expression {
	var made sequenced
	for len(p.rest) > 0 && !p.take(`\E`) {
		made.add(character(p.fold(single(p.rest[0]))))
		p.rest = p.rest[1:]
	}
	all := made.expression()
	all.text = "(?:" + all.text + ")"
	return all
}

var (
	groupName = lazyregexp.New(`^\?<[a-zA-Z][a-zA-Z0-9]*>`)
	flags     = lazyregexp.New(`^\?([is]*)(?:-([is]+))?([:)])`)
)

// parentheses reads what stands behind an opening one.
func (p *parser) parentheses() (expression, error) {
	switch {
	case p.take("?="):
		return p.irregular(func(n node) node { return ahead(n, true) })
	case p.take("?!"):
		return p.irregular(func(n node) node { return ahead(n, false) })
	case p.take("?>"):
		return p.irregular(atomic)
	}
	beginning := string(p.rest[:min(len(p.rest), 100)])
	if name := groupName.FindString(beginning); name != "" {
		p.take(name)
		return p.group()
	}
	found := flags.FindStringSubmatch(beginning)
	if found == nil {
		if p.take("?") {
			return expression{}, ErrNotBuilt
		}
		return p.group()
	}
	p.take(found[0])
	ignoreCase, dotAll := p.ignoreCase, p.dotAll
	p.ignoreCase = (ignoreCase || strings.Contains(found[1], "i")) && !strings.Contains(found[2], "i")
	p.dotAll = (dotAll || strings.Contains(found[1], "s")) && !strings.Contains(found[2], "s")
	if found[3] == ")" { // up to the end of the group around it
		return expression{match: sequence(nil), size: 1}, nil
	}
	made, err := p.group()
	p.ignoreCase, p.dotAll = ignoreCase, dotAll
	return made, err
}

// group reads up to the closing parenthesis.
func (p *parser) group() (expression, error) {
	made, err := p.alternatives()
	if err == nil && !p.take(")") {
		err = ErrNotBuilt
	}
	made.text = "(?:" + made.text + ")"
	return made, err
}

func (p *parser) irregular(by func(node) node) (expression, error) {
	made, err := p.group()
	return expression{match: by(made.match), size: irregular}, err
}

var bounds = lazyregexp.New(`^\{(\d{1,9})(,?)(\d{0,9})\}`)

// repetition reads how often an atom may be there.
func (p *parser) repetition(atom expression) (expression, error) {
	r, written := repetition{least: 1, most: 1}, ""
	switch {
	case p.take("*"):
		r.least, r.most, written = 0, -1, "*"
	case p.take("+"):
		r.most, written = -1, "+"
	case p.take("?"):
		r.least, written = 0, "?"
	default:
		found := bounds.FindStringSubmatch(string(p.rest[:min(len(p.rest), 30)]))
		if found == nil {
			return atom, nil
		}
		p.take(found[0])
		written = found[0]
		r.least, _ = strconv.Atoi(found[1])
		if r.most = r.least; found[2] != "" {
			r.most = -1
		}
		if found[3] != "" {
			r.most, _ = strconv.Atoi(found[3])
		}
		if r.most >= 0 && r.most < r.least || found[2] == "" && found[3] != "" {
			return expression{}, ErrNotBuilt
		}
	}
	made := expression{text: "(?:" + atom.text + ")" + written, size: atom.times(max(r.least, r.most, 1))}
	possessive := p.take("+")
	r.lazy = !possessive && p.take("?")
	if made.match = repeated(atom.match, r); possessive {
		return expression{match: atomic(made.match), size: irregular}, nil
	}
	return made, nil
}

// times is the size of a repetition.
func (e expression) times(n int) int {
	if n > irregular/max(e.size, 1) {
		return irregular
	}
	return min(max(e.size, 1)*n+1, irregular)
}
