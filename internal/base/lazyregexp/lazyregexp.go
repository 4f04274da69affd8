// Package lazyregexp has regular expressions that are compiled when they are first used. To compile
// all of the emulator's took a fifth of the time in which it starts, and a run uses few of them.
package lazyregexp

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression.
type Regexp struct {
	text     string
	once     sync.Once
	compiled *regexp.Regexp
}

// New returns an expression. If the text is none, its first use panics.
func New(text string) *Regexp { return &Regexp{text: text} }

func (r *Regexp) regexp() *regexp.Regexp {
	r.once.Do(func() { r.compiled = regexp.MustCompile(r.text) })
	return r.compiled
}

func (r *Regexp) String() string { return r.text }

func (r *Regexp) MatchString(s string) bool { return r.regexp().MatchString(s) }

// FindStringSubmatch returns the first match and what its groups match, nil if there is none.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.regexp().FindStringSubmatch(s) }

// FindString returns the first match, empty if there is none.
func (r *Regexp) FindString(s string) string { return r.regexp().FindString(s) }

// ReplaceAllStringFunc replaces each match by what by makes of it.
func (r *Regexp) ReplaceAllStringFunc(s string, by func(string) string) string {
	return r.regexp().ReplaceAllStringFunc(s, by)
}
