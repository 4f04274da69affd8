package main

import (
	"errors"
	"strings"
)

// places is the flag --engine. Where a name is given, it is added to what stands before it on the command line. Without any the
// last one counts, as of other flags.
type places struct {
	all   *string
	given bool // on the command line
}

func newPlaces(all *string, fallback string) *places {
	*all = fallback
	return &places{all: all}
}

func (p *places) String() string {
	if p.all == nil { // package flag asks the zero value
		return ""
	}
	return *p.all
}

func (p *places) Set(text string) error {
	if strings.TrimSpace(text) == "" { // Options.Engine would take it for its default
		return errors.New("it names no engine: leave the flag out, or say where containers run")
	}
	if p.given && (named(text) || named(*p.all)) {
		text = *p.all + "," + text
	}
	*p.all, p.given = text, true
	return nil
}

// fromEnvironment has the command line replace what has been set.
func (p *places) fromEnvironment() { p.given = false }

// named reports whether a place has a name before it: a=sim, but not tcp://host/?a=b.
func named(place string) bool {
	name, _, is := strings.Cut(place, "=")
	return is && !strings.Contains(name, "://")
}
