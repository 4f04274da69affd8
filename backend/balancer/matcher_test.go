package balancer

import "testing"

func FuzzMatcher(f *testing.F) {
	f.Add("200", 200)
	f.Add("200-299,301", 302)
	f.Add("0-99", 12)
	f.Fuzz(func(t *testing.T, text string, code int) {
		m, err := NewMatcher(text, 0, 599)
		if err != nil {
			return
		}
		if m.Matches(code) && (code < 0 || code > 599) {
			t.Errorf("%q takes %d", text, code)
		}
		for _, r := range m {
			if !m.Matches(r.from) || !m.Matches(r.to) {
				t.Errorf("%q does not take its own ends", text)
			}
		}
	})
}

func TestMatchers(t *testing.T) {
	for _, c := range []struct {
		text    string
		takes   []int
		refuses []int
	}{
		{"200", []int{200}, []int{199, 201}},
		{"200,202", []int{200, 202}, []int{201}},
		{"200-299", []int{200, 250, 299}, []int{199, 300}},
		{"200-204, 301-302", []int{204, 301}, []int{205, 303}},
	} {
		m, err := NewMatcher(c.text, 200, 599)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range c.takes {
			if !m.Matches(code) {
				t.Errorf("%q refuses %d", c.text, code)
			}
		}
		for _, code := range c.refuses {
			if m.Matches(code) {
				t.Errorf("%q takes %d", c.text, code)
			}
		}
	}
	for _, text := range []string{"", "abc", "200-", "-200", "300-200", "99", "600", "200,,201", "2 00", "+200", "200-299-300"} {
		if _, err := NewMatcher(text, 200, 599); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
