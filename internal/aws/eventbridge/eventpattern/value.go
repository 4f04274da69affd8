package eventpattern

import "strings"

// value is one of an event: a text, a number, true, false or null.
type value struct {
	kind   token
	text   string // of a text or a whole number
	number float64
	// isNumber tells whether the number can be compared; a whole number with too many digits cannot.
	isNumber bool
}

// raw is a value that is no text, as Java writes it.
func (v *value) raw() string {
	switch v.kind {
	case float:
		return numberText(v.number)
	case isTrue:
		return "true"
	case isFalse:
		return "false"
	case isNull:
		return "null"
	}
	return v.text
}

// test is what a pattern wants of a value. A test is told from others by how it prints: see complexity.
type test interface {
	matches(*value) bool
}

// The tests, but for cidr.
type (
	text    string // exactly this
	literal token  // true, false or null
	digits  string // a whole number that cannot be compared: exactly this
	number  float64
	numeric struct {
		bottom, top         float64
		openBottom, openTop bool
	}
	prefix      string
	suffix      string
	ignoreCase  struct{ fold }
	prefixFold  struct{ fold }
	suffixFold  struct{ fold }
	exists      struct{}
	absence     struct{} // no value passes it: see condition.absent
	anythingBut struct{ tests []test }
	wildcard    struct {
		pieces []string // what stands between the asterisks
	}
)

func (t text) matches(v *value) bool    { return v.kind == word && v.text == string(t) }
func (t literal) matches(v *value) bool { return v.kind == token(t) }
func (t digits) matches(v *value) bool  { return v.kind == integer && v.text == string(t) }
func (t number) matches(v *value) bool  { return v.isNumber && v.number == float64(t) }

func (t numeric) matches(v *value) bool {
	switch n := v.number; {
	case !v.isNumber, n < t.bottom, n > t.top:
		return false
	case n == t.bottom && t.openBottom, n == t.top && t.openTop:
		return false
	}
	return true
}

func (t prefix) matches(v *value) bool { return v.kind == word && strings.HasPrefix(v.text, string(t)) }
func (t suffix) matches(v *value) bool { return v.kind == word && strings.HasSuffix(v.text, string(t)) }

func (t ignoreCase) matches(v *value) bool {
	rest, found := t.cutPrefix(v.text)
	return v.kind == word && found && rest == ""
}

func (t prefixFold) matches(v *value) bool {
	_, found := t.cutPrefix(v.text)
	return v.kind == word && found
}

func (t suffixFold) matches(v *value) bool { return v.kind == word && t.endsIn(v.text) }

func (exists) matches(*value) bool  { return true }
func (absence) matches(*value) bool { return false }

// A value of another kind is anything but that as well. Source: recorded answers.
func (t anythingBut) matches(v *value) bool {
	for _, but := range t.tests {
		if but.matches(v) {
			return false
		}
	}
	return true
}

func (t wildcard) matches(v *value) bool {
	if v.kind != word {
		return false
	}
	last := len(t.pieces) - 1
	rest, found := strings.CutPrefix(v.text, t.pieces[0])
	if !found || last == 0 {
		return found && rest == ""
	}
	for _, piece := range t.pieces[1:last] {
		if _, rest, found = strings.Cut(rest, piece); !found {
			return false
		}
	}
	return strings.HasSuffix(rest, t.pieces[last])
}
