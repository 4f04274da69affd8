package policy

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// reference decides in the plainest way what Decide does for one policy of an identity: from the document as it is written,
// with regular expressions, and without a thought for speed.
type reference struct {
	request   Request
	variables bool
}

func (r reference) allows(text string) bool {
	d, err := Read(text)
	if err != nil {
		return false
	}
	r.variables = d.Version == "2012-10-17"
	allowed := false
	for _, s := range d.Statements {
		if r.broken(s) {
			return false
		}
		denies := strings.EqualFold(s.Effect, "Deny")
		if !denies && (len(s.Actions) == 0 || len(s.Resources) == 0 || s.HasPrincipal) || !r.applies(s, denies) {
			continue
		}
		if denies {
			return false
		}
		allowed = true
	}
	return allowed
}

var variableForm = regexp.MustCompile(`\$\{([*?$]|\s*[^'${},\s][^'${},]*?\s*(,\s*'([^'}]*)'\s*)?)\}`)

// broken reports whether a variable or an action is none.
func (r reference) broken(s Statement) bool {
	texts := slices.Clone(s.Resources)
	for _, c := range s.Conditions {
		if plain := strings.ToLower(PlainOperator(c.Operator)); strings.HasPrefix(plain, "string") || strings.HasPrefix(plain, "arn") {
			texts = append(texts, c.Values...)
		}
	}
	if slices.ContainsFunc(s.Actions, func(action string) bool { return action != "*" && !strings.Contains(action, ":") }) {
		return true
	}
	return r.variables && slices.ContainsFunc(texts, func(text string) bool {
		return strings.Contains(variableForm.ReplaceAllString(text, ""), "${")
	})
}

func (r reference) applies(s Statement, denies bool) bool {
	action := func(pattern string) bool {
		return like(strings.ToLower(r.request.Action), quote(strings.ToLower(pattern), true))
	}
	if len(s.Actions) > 0 && slices.ContainsFunc(s.Actions, action) == s.NotAction {
		return false
	}
	resource := func(pattern string) bool {
		expanded, ok := r.expand(pattern, true)
		return ok && like(r.request.Resource, expanded)
	}
	if len(s.Resources) > 0 && slices.ContainsFunc(s.Resources, resource) == s.NotResource {
		return false
	}
	return !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return !r.holds(c, denies) })
}

// like matches a whole text with a regular expression, unit by unit of UTF-16.
func like(text, expression string) bool {
	return regexp.MustCompile(`(?s)^(?:` + expression + `)$`).MatchString(spread(text))
}

// spread has a character for each unit; units of pairs are in a private plane.
func spread(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		if utf16.IsSurrogate(rune(unit)) {
			b.WriteRune(0x100000 + rune(unit))
		} else {
			b.WriteRune(rune(unit))
		}
	}
	return b.String()
}

// quote makes a regular expression of a text, with its wildcards or without.
func quote(s string, wildcards bool) string {
	s = regexp.QuoteMeta(spread(s))
	if wildcards {
		s = strings.ReplaceAll(strings.ReplaceAll(s, `\*`, ".*"), `\?`, ".")
	}
	return s
}

// expand makes a regular expression of a text with variables; ok is false if one of them has no text.
func (r reference) expand(s string, wildcards bool) (expression string, ok bool) {
	if !r.variables {
		return quote(s, wildcards), true
	}
	for {
		at := variableForm.FindStringSubmatchIndex(s)
		if at == nil {
			return expression + quote(s, wildcards), true
		}
		text, ok := r.variable(s, at)
		if !ok {
			return "", false
		}
		expression += quote(s[:at[0]], wildcards) + quote(text, false)
		s = s[at[1]:]
	}
}

func (r reference) variable(s string, at []int) (text string, ok bool) {
	inside := s[at[2]:at[3]]
	if inside == "*" || inside == "?" || inside == "$" {
		return inside, true
	}
	key, _, _ := strings.Cut(inside, ",")
	value := r.request.Keys.Key(strings.ToLower(strings.TrimSpace(key)))
	switch {
	case value.Many:
		return "", false
	case len(value.Texts) == 1:
		return value.Texts[0], true
	case value.Texts == nil && at[6] >= 0:
		return s[at[6]:at[7]], true
	}
	return "", false
}

func (r reference) holds(c Condition, denies bool) bool {
	plain := strings.ToLower(PlainOperator(c.Operator))
	negated := strings.Contains(plain, "not")
	value := r.request.Keys.Key(strings.ToLower(c.Key))
	all, some := strings.HasPrefix(c.Operator, "ForAllValues:"), strings.HasPrefix(c.Operator, "ForAnyValue:")
	each := func(text string) bool {
		is, final := r.matches(plain, text, c.Values, denies)
		return is != negated && !final || is && final
	}
	switch {
	case plain == "null":
		return slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, "true") == (value.Texts == nil) })
	case value.Texts == nil:
		return all || strings.HasSuffix(c.Operator, "IfExists") || negated && !some
	case all:
		return !slices.ContainsFunc(value.Texts, func(text string) bool { return !each(text) })
	case some:
		return slices.ContainsFunc(value.Texts, each)
	}
	return !value.Many && len(value.Texts) == 1 && each(value.Texts[0])
}

// matches compares a text with values; final is true if the operator's negation does not count.
func (r reference) matches(plain, text string, values []string, denies bool) (is, final bool) {
	isARN := strings.HasPrefix(text, "arn:") && strings.Count(text, ":") >= 5
	_, isAddress := readAddress(text)
	if strings.HasPrefix(plain, "arn") && !isARN || strings.HasSuffix(plain, "ipaddress") && !isAddress {
		return false, true
	}
	for _, value := range values {
		if strings.HasPrefix(plain, "arn") {
			matched, ok := r.matchesARN(text, value)
			if !ok {
				return denies, true
			}
			if matched {
				return true, false
			}
		} else if r.matchesOne(plain, text, value) {
			return true, false
		}
	}
	return false, false
}

func (r reference) matchesARN(text, value string) (is, ok bool) {
	var expanded string
	if expanded, ok = r.expand(value, true); !ok {
		return false, true
	}
	if expanded == "" {
		return false, false
	}
	parts := strings.SplitN(expanded, ":", 6)
	if len(parts) < 6 && !strings.HasSuffix(expanded, ".*") {
		return false, false
	}
	for i, part := range strings.SplitN(text, ":", 6) {
		if i < len(parts) && !like(part, parts[i]) {
			return false, true
		}
	}
	return true, true
}

func (r reference) matchesOne(plain, text, value string) bool {
	kind := strings.NewReplacer("not", "", "numeric", "", "date", "").Replace(plain)
	switch {
	case strings.HasSuffix(plain, "ignorecase"):
		expanded, ok := r.expand(lower(value), false)
		if strings.Contains(value, "${") {
			expanded, ok = r.lowered(value)
		}
		return ok && like(lower(text), expanded)
	case strings.HasPrefix(plain, "string"):
		expanded, ok := r.expand(value, strings.HasSuffix(plain, "like"))
		return ok && like(text, expanded)
	case plain == "bool":
		return strings.EqualFold(text, "true") == strings.EqualFold(value, "true")
	case plain == "binaryequals":
		return text == value
	case strings.HasSuffix(plain, "ipaddress"):
		address, _ := readAddress(text)
		in, ok := readRange(value)
		return ok && in.Contains(address)
	case strings.HasPrefix(plain, "numeric"):
		a, b := rational(text), rational(value)
		return a != nil && b != nil && fitsOrder(kind, a.Cmp(b))
	}
	a, okA := readDate(text)
	b, okB := readDate(value)
	return okA && okB && fitsOrder(kind, big.NewInt(a).Cmp(big.NewInt(b)))
}

// lowered is the text of a value with variables in small letters.
func (r reference) lowered(value string) (string, bool) {
	if !r.variables {
		return quote(lower(value), false), true
	}
	text := ""
	for {
		at := variableForm.FindStringSubmatchIndex(value)
		if at == nil {
			return quote(lower(text+value), false), true
		}
		inside, ok := r.variable(value, at)
		if !ok {
			return "", false
		}
		text, value = text+value[:at[0]]+inside, value[at[1]:]
	}
}

var rationalForm = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

func rational(s string) *big.Rat {
	if !rationalForm.MatchString(s) {
		return nil
	}
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return n
}

func fitsOrder(kind string, compared int) bool {
	switch kind {
	case "lessthan":
		return compared < 0
	case "lessthanequals":
		return compared <= 0
	case "greaterthan":
		return compared > 0
	case "greaterthanequals":
		return compared >= 0
	}
	return compared == 0
}
