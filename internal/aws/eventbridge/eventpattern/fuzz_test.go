package eventpattern_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/eventpattern"
)

// FuzzMatch holds the package against slowMatch, with patterns and events that are drawn from bytes.
func FuzzMatch(f *testing.F) {
	for seed := range 64 {
		draws := make([]byte, 96)
		for i := range draws {
			draws[i] = byte(i*i*(seed+3) + 31*seed)
		}
		f.Add(draws)
	}
	f.Fuzz(func(t *testing.T, draws []byte) {
		d := drawer{draws}
		pattern, body := d.pattern(), d.object(3)
		p, err := eventpattern.Parse(pattern)
		if err != nil {
			return // FuzzParse has those that are refused
		}
		event, err := eventpattern.NewEvent(body)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if got, want := p.Matches(event), slowMatch(pattern, body); got != want {
			t.Errorf("%s matches %s: %v, not %v", pattern, body, got, want)
		}
	})
}

// FuzzParse: no text makes it panic, what is refused has a reason, and what is a pattern is one as JSON, too.
func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		f.Fatal(err)
	}
	var recorded []struct{ Pattern string }
	if err := json.Unmarshal(data, &recorded); err != nil {
		f.Fatal(err)
	}
	for _, c := range recorded {
		if len(c.Pattern) < 300 {
			f.Add(c.Pattern)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := eventpattern.Parse(text)
		var refused *eventpattern.Error
		switch {
		case err != nil && (!errors.As(err, &refused) || refused.Reason == ""):
			t.Errorf("%q: %v", text, err)
		case err == nil && !begins(text):
			t.Errorf("%q is a pattern", text)
		case err == nil && p.String() != text:
			t.Errorf("%q is %q", text, p)
		}
		event, err := eventpattern.NewEvent(text)
		if (err == nil) != begins(text) {
			t.Errorf("%q is an event: %v", text, err)
		}
		if err == nil && p != nil {
			p.Matches(event)
		}
	})
}

// begins tells whether a text begins with an object of JSON. What follows it is not read, as AWS reads a pattern.
func begins(text string) bool {
	var object map[string]json.RawMessage
	return json.NewDecoder(strings.NewReader(text)).Decode(&object) == nil && object != nil
}

// drawer makes patterns and events of bytes, from few names and values, so that they meet.
type drawer struct{ left []byte }

func (d *drawer) draw(n int) int {
	if len(d.left) == 0 {
		return 0
	}
	drawn := int(d.left[0]) % n
	d.left = d.left[1:]
	return drawn
}

func (d *drawer) one(of ...string) string { return of[d.draw(len(of))] }

func (d *drawer) list(most int, item func() string) string {
	items := make([]string, 1+d.draw(most))
	for i := range items {
		items[i] = item()
	}
	return strings.Join(items, ",")
}

func (d *drawer) name() string { return d.one(`"a"`, `"b"`, `"c"`, `"a.b"`, `""`) }

func (d *drawer) word() string {
	return d.one(`"a"`, `"ab"`, `"aB"`, `"ß"`, `"SS"`, `"İ"`, `"i\u0307"`, `"😀"`, `"??"`, `""`, `"10.0.0.9"`, `"a00::1"`, `"aab"`, `"a\\b"`, `"a*b"`, `"baab"`)
}

func (d *drawer) number() string {
	return d.one("0", "1", "-0", "1.0", "2", "1e0", "-1.5", "9007199254740993", "9007199254740992", "1.0000000000000001", "1e22", "12345678.5", "16")
}

func (d *drawer) object(depth int) string {
	return "{" + d.list(3, func() string { return d.name() + ":" + d.value(depth) }) + "}"
}

// value is one of an event.
func (d *drawer) value(depth int) string {
	switch kind := d.draw(8); {
	case kind < 2 && depth > 0:
		return d.object(depth - 1)
	case kind < 5 && depth > 0:
		return "[" + d.list(3, func() string { return d.value(depth - 1) }) + "]"
	case kind < 6:
		return d.number()
	case kind < 7:
		return d.one("true", "false", "null", "[]", "{}")
	}
	return d.word()
}

func (d *drawer) pattern() string { return d.conditions(2) }

func (d *drawer) conditions(depth int) string {
	return "{" + d.list(3, func() string {
		switch kind := d.draw(8); {
		case kind == 0 && depth > 0:
			return fmt.Sprintf(`"$or":[%s,%s]`, d.conditions(depth-1), d.conditions(depth-1))
		case kind < 4 && depth > 0:
			return d.name() + ":" + d.conditions(depth-1)
		}
		return d.name() + ":[" + d.list(2, d.test) + "]"
	}) + "}"
}

func (d *drawer) test() string {
	switch d.draw(14) {
	case 0:
		return d.number()
	case 1:
		return d.one("true", "false", "null")
	case 2:
		return `{"exists":false}`
	case 3:
		return `{"exists":true}`
	case 4:
		return fmt.Sprintf(`{%s:%s}`, d.one(`"prefix"`, `"suffix"`, `"equals-ignore-case"`, `"exactly"`), d.word())
	case 5:
		return fmt.Sprintf(`{%s:{"equals-ignore-case":%s}}`, d.one(`"prefix"`, `"suffix"`), d.word())
	case 6:
		return fmt.Sprintf(`{"wildcard":%s}`, d.wildcard())
	case 7:
		return fmt.Sprintf(`{"anything-but":%s}`, d.one(d.number(), d.word(), "["+d.list(2, d.number)+"]", "["+d.list(2, d.word)+"]"))
	case 8:
		operator := d.one(`"prefix"`, `"suffix"`, `"equals-ignore-case"`)
		return fmt.Sprintf(`{"anything-but":{%s:%s}}`, operator, d.one(d.word(), "["+d.list(2, d.word)+"]"))
	case 9:
		return fmt.Sprintf(`{"anything-but":{"wildcard":%s}}`, d.one(d.wildcard(), "["+d.list(2, d.wildcard)+"]"))
	case 10:
		return fmt.Sprintf(`{"numeric":[%s,%s]}`, d.one(`"="`, `"<"`, `"<="`, `">"`, `">="`), d.number())
	case 11:
		return fmt.Sprintf(`{"numeric":[%s,%s,%s,%s]}`, d.one(`">"`, `">="`), d.number(), d.one(`"<"`, `"<="`), d.number())
	case 12:
		return fmt.Sprintf(`{"cidr":%s}`, d.one(`"10.0.0.1/8"`, `"10.0.0.0/30"`, `"0.0.0.0/0"`, `"16.0.0.0/4"`, `"a00::/16"`, `"::/0"`, `"10.0.0.9/31"`))
	}
	return d.word()
}

func (d *drawer) wildcard() string {
	return d.one(`"a*"`, `"*b"`, `"*a*b"`, `"a*a*"`, `"a\\*b"`, `"*\\\\b"`, `"*"`, `"ab"`, `"a*b*a"`)
}
