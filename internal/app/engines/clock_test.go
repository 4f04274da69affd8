package engines

import (
	"testing"
	"time"
)

func TestClocksThatAreApartAreNamed(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(name string, ahead, answered time.Duration) reading {
		return reading{name, now.Add(ahead + answered), now.Add(answered)}
	}
	for _, c := range []struct {
		readings []reading
		want     string
	}{
		{nil, ""},
		{[]reading{at("a", time.Hour, 0)}, ""},
		{[]reading{at("a", 0, 0), at("b", 0, 5*time.Second)}, ""}, // it answered later
		{[]reading{at("a", 0, 0), at("b", 1900*time.Millisecond, 0)}, ""},
		{[]reading{at("a", 0, 0), at("b", 2*time.Second, 0)}, "the clock of engine b is 2s ahead of the clock of engine a"},
		{[]reading{at("a", 0, 0), at("b", -time.Minute, 0), at("c", time.Minute, 0)}, "the clock of engine c is 2m0s ahead of the clock of engine b"},
		{[]reading{at("a", 0, 0), {name: "b", at: now}}, ""}, // it has not answered
	} {
		if got := apart(c.readings); got != c.want {
			t.Errorf("%v: %q, want %q", c.readings, got, c.want)
		}
	}
}
