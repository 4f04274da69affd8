package eventpattern_test

import (
	"encoding/json"
	"maps"
	"math"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// node is a value of JSON. Members keep their order, and stand as often as they are written.
type node struct {
	kind    byte // { [ " 0 t f n
	text    string
	names   []string
	members []node
}

func read(text string) node {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return readNode(decoder)
}

func readNode(decoder *json.Decoder) node {
	token, err := decoder.Token()
	if err != nil {
		panic(err)
	}
	switch t := token.(type) {
	case json.Delim:
		n := node{kind: byte(t)}
		for decoder.More() {
			if t == '{' {
				name, _ := decoder.Token()
				n.names = append(n.names, name.(string))
			}
			n.members = append(n.members, readNode(decoder))
		}
		_, _ = decoder.Token()
		return n
	case string:
		return node{kind: '"', text: t}
	case json.Number:
		return node{kind: '0', text: t.String()}
	case bool:
		return node{kind: strconv.FormatBool(t)[0]}
	}
	return node{kind: 'n'}
}

// slowMatch matches as plainly as possible: it tries all ways to choose a value for each path.
func slowMatch(pattern, event string) bool {
	var leaves []slowLeaf
	arrays := 0
	flatten(read(event), nil, nil, &arrays, &leaves)
	return slices.ContainsFunc(expand(read(pattern), nil, []map[string]node{{}}), func(rule map[string]node) bool {
		return choose(slices.Sorted(maps.Keys(rule)), rule, leaves, map[int]int{})
	})
}

// slowLeaf is a value with the index that it has in each array.
type slowLeaf struct {
	path string
	node
	in map[int]int
}

func flatten(n node, path []string, in map[int]int, arrays *int, leaves *[]slowLeaf) {
	switch n.kind {
	case '{':
		for i, name := range n.names {
			flatten(n.members[i], append(slices.Clone(path), name), in, arrays, leaves)
		}
	case '[':
		array := *arrays
		*arrays++
		for i, item := range n.members {
			within := maps.Clone(in)
			if item.kind == '{' || item.kind == '[' {
				if within == nil {
					within = map[int]int{}
				}
				within[array] = i
			}
			flatten(item, path, within, arrays, leaves)
		}
	default:
		*leaves = append(*leaves, slowLeaf{strings.Join(path, "."), n, in})
	}
}

// expand makes of a pattern without $or the rules that it stands for.
func expand(n node, path []string, rules []map[string]node) []map[string]node {
	for i, name := range n.names {
		value := n.members[i]
		switch {
		case name == "$or":
			var all []map[string]node
			for _, branch := range value.members {
				copies := make([]map[string]node, len(rules))
				for i, rule := range rules {
					copies[i] = maps.Clone(rule)
				}
				all = append(all, expand(branch, path, copies)...)
			}
			rules = all
		case value.kind == '{':
			rules = expand(value, append(slices.Clone(path), name), rules)
		default:
			for _, rule := range rules {
				rule[strings.TrimPrefix(strings.Join(append(slices.Clone(path), name), "."), onlyEmpty(path))] = value
			}
		}
	}
	return rules
}

// onlyEmpty is what vanishes from a path that begins with nothing but an empty name.
func onlyEmpty(path []string) string {
	if len(path) == 1 && path[0] == "" {
		return "."
	}
	return ""
}

func choose(paths []string, rule map[string]node, leaves []slowLeaf, in map[int]int) bool {
	if len(paths) == 0 {
		return true
	}
	tests, absent := rule[paths[0]].members, true
	for _, leaf := range leaves {
		joined := maps.Clone(in)
		if leaf.path != paths[0] || !join(joined, leaf.in) {
			continue
		}
		absent = false
		if slices.ContainsFunc(tests, func(t node) bool { return passes(t, leaf.node) }) && choose(paths[1:], rule, leaves, joined) {
			return true
		}
	}
	mayBeAbsent := slices.ContainsFunc(tests, func(t node) bool {
		return t.kind == '{' && t.names[0] == "exists" && t.members[0].kind == 'f'
	})
	return absent && mayBeAbsent && choose(paths[1:], rule, leaves, in)
}

func join(in, other map[int]int) bool {
	for array, index := range other {
		if at, found := in[array]; found && at != index {
			return false
		}
		in[array] = index
	}
	return true
}

func passes(test, value node) bool {
	switch {
	case test.kind == '0' && value.kind == '0':
		a, comparableA := rational(test.text, false)
		b, comparableB := rational(value.text, true)
		if !comparableA {
			return test.text == value.text && !strings.ContainsAny(test.text, ".eE")
		}
		return comparableB && a.Cmp(b) == 0
	case test.kind != '{':
		return test.kind == value.kind && test.text == value.text
	}
	operand, words := test.members[0], value.kind == '"'
	switch test.names[0] {
	case "exactly":
		return words && value.text == operand.text
	case "exists":
		return operand.kind == 't'
	case "numeric":
		return value.kind == '0' && inRange(operand.members, value.text)
	case "cidr":
		return inBlock(operand.text, value)
	case "anything-but":
		return !oneOf(operand, value)
	case "wildcard":
		return words && wild(operand.text, value.text)
	case "equals-ignore-case":
		return words && slices.Contains(folded(operand.text, value.text), "")
	}
	text := operand.text
	if operand.kind == '{' {
		if !words {
			return false
		}
		text = operand.members[0].text
		if test.names[0] == "prefix" {
			return len(folded(text, value.text)) > 0
		}
		for i := range len(value.text) + 1 {
			if slices.Contains(folded(text, value.text[i:]), "") {
				return true
			}
		}
		return false
	}
	if test.names[0] == "prefix" {
		return words && strings.HasPrefix(value.text, text)
	}
	return words && strings.HasSuffix(value.text, text)
}

func oneOf(operand, value node) bool {
	operator := ""
	if operand.kind == '{' {
		operator, operand = operand.names[0], operand.members[0]
	}
	if operand.kind != '[' {
		operand = node{kind: '[', members: []node{operand}}
	}
	return slices.ContainsFunc(operand.members, func(but node) bool {
		if operator != "" {
			but = node{kind: '{', names: []string{operator}, members: []node{but}}
		}
		return passes(but, value)
	})
}

// rational is a number, and whether it can be compared. A fraction or an exponent in an event has been read as a
// float64 before.
func rational(text string, inEvent bool) (*big.Rat, bool) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, false
	}
	nearest, _ := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	if inEvent && strings.ContainsAny(text, ".eE") {
		return nearest, true
	}
	exact, _ := new(big.Rat).SetString(text)
	return exact, exact.Cmp(nearest) == 0
}

func inRange(bounds []node, text string) bool {
	n, ok := rational(text, true)
	for i := 0; ok && i < len(bounds); i += 2 {
		bound, _ := rational(bounds[i+1].text, false)
		order := n.Cmp(bound)
		switch bounds[i].text {
		case "=":
			ok = order == 0
		case "<":
			ok = order < 0
		case "<=":
			ok = order <= 0
		case ">":
			ok = order > 0
		case ">=":
			ok = order >= 0
		}
	}
	return ok
}

// inBlock is about addresses in decimal dots and in colons only.
func inBlock(block string, value node) bool {
	network := netip.MustParsePrefix(block).Masked()
	bottom := network.Addr().AsSlice()
	top := slices.Clone(bottom)
	for i := network.Bits(); i < 8*len(top); i++ {
		top[i/8] |= 0x80 >> (i % 8)
	}
	text := value.text
	switch value.kind {
	case '"':
		address, err := netip.ParseAddr(text)
		if err != nil || strings.ContainsRune(text, '%') {
			return false
		}
		text = hexadecimal(address.AsSlice())
	case '0':
		if number, err := strconv.ParseFloat(text, 64); err != nil {
			text = ""
		} else if strings.ContainsAny(text, ".eE") && math.Abs(number) >= 1e7 {
			text = strconv.FormatFloat(number, 'E', 1, 64)[:1] // its digits beyond the point do not count
		} else if number == 0 {
			text = "0"
		}
	default:
		return false
	}
	low, high := hexadecimal(bottom), hexadecimal(top)
	for n := 1; n <= min(len(text), len(low)) && strings.ContainsRune("0123456789ABCDEF", rune(text[n-1])); n++ {
		switch begin := text[:n]; {
		case low[:n] < begin && begin < high[:n]:
			return true
		case n == len(low):
			return low <= begin && begin <= high
		}
	}
	return false
}

func hexadecimal(address []byte) string {
	var text strings.Builder
	for _, b := range address {
		text.WriteString(strings.ToUpper(strconv.FormatUint(uint64(b)+0x100, 16)[1:]))
	}
	return text.String()
}

func wild(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return wild(pattern[1:], text) || text != "" && wild(pattern, text[1:])
	case pattern[0] == '\\':
		pattern = pattern[1:]
	}
	return text != "" && text[0] == pattern[0] && wild(pattern[1:], text[1:])
}

// folded are the rests of a text that may follow a pattern whose letters have either case.
func folded(pattern, text string) []string {
	rests := []string{text}
	for _, c := range pattern {
		cases := []string{string(unicode.ToLower(c)), string(unicode.ToUpper(c))}
		switch {
		case c > 0xffff:
			cases = []string{"??"}
		case c == 'ß':
			cases[1] = "SS"
		case c == 'İ':
			cases[0] = "i̇"
		}
		var after []string
		for _, rest := range rests {
			for _, begin := range cases {
				if cut, found := strings.CutPrefix(rest, begin); found {
					after = append(after, cut)
				}
			}
		}
		rests = after
	}
	return rests
}
