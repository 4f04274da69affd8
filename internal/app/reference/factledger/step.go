package factledger

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Exchange is a request and its answer, as they were on the wire.
type Exchange struct {
	Service, Operation string
	Request            []byte
	Form               url.Values // of a request that is none of JSON
	Status             int
	Header             http.Header
	Answer             []byte
}

// Assertion is what a line of a fact demands of what the command before it has printed. It held.
type Assertion struct {
	Fact    string
	Stream  string // stdout or stderr
	Negated bool
	Count   int     // how often it matches; 0: once or more
	Pattern string  // empty: it is compared with Text
	Text    *string // nil: with Pattern
	Wanted  *Wanted // of the command answers: it is compared with that, member by member
}

// Step is a command of a fact that calls an operation, as it ran.
type Step struct {
	Fact       string   // in which it stands; empty before the first one
	Wire       bool     // it prints answers as they are on the wire; else it is the AWS CLI
	Args       []string // of the AWS CLI
	Refused    bool     // it has to fail
	Exchanges  []Exchange
	Stdout     string
	Stderr     string
	Assertions []Assertion
}

// Script is a run of a file.
type Script struct {
	Name    string
	Reached []string // facts, in the order in which they were opened
	Failed  bool     // the last of them has not held
	Steps   []*Step
}

// Holds says whether what was printed is what an assertion demands.
func (a Assertion) Holds(stdout, stderr string) bool {
	printed := stdout
	if a.Stream == "stderr" {
		printed = stderr
	}
	if a.Wanted != nil {
		return a.Wanted.Is(printed)
	}
	if a.Text != nil {
		return (printed == *a.Text) != a.Negated
	}
	pattern, err := regexp.Compile("(?m)" + a.Pattern)
	if err != nil {
		return false
	}
	if a.Count > 0 {
		return len(pattern.FindAllString(printed, -1)) == a.Count
	}
	return pattern.MatchString(printed) != a.Negated
}

// matched is the part of what was printed that an assertion looked at; all of it where it demands that something is not there.
func (a Assertion) matched(stdout string) string {
	if a.Text != nil || a.Wanted != nil || a.Negated || a.Stream == "stderr" {
		return ""
	}
	pattern, err := regexp.Compile("(?m)" + a.Pattern)
	if err != nil {
		return ""
	}
	return strings.Join(pattern.FindAllString(stdout, -1), "\n")
}

// Query is what --query of the AWS CLI asks for; empty: all.
func (s *Step) Query() string {
	for i, arg := range s.Args {
		if arg == "--query" && i+1 < len(s.Args) {
			return s.Args[i+1]
		}
	}
	return ""
}

// OfFact are the assertions that belong to a fact.
func (s *Step) OfFact(fact string) (own []Assertion) {
	for _, a := range s.Assertions {
		if a.Fact == fact {
			own = append(own, a)
		}
	}
	return own
}

// facts are those that look at what the step has printed, each once.
func (s *Step) facts() (facts []string) {
	seen := map[string]bool{}
	for _, a := range s.Assertions {
		if a.Fact != "" && !seen[a.Fact] {
			seen[a.Fact] = true
			facts = append(facts, a.Fact)
		}
	}
	return facts
}

// hold says whether all of some assertions hold.
func hold(all []Assertion, stdout, stderr string) bool {
	for _, a := range all {
		if !a.Holds(stdout, stderr) {
			return false
		}
	}
	return true
}

// Code is the error code of an answer, empty if it is none.
func (x Exchange) Code() string {
	if x.Status < 400 {
		return ""
	}
	var failure struct {
		Type string `json:"__type"`
		Code string `json:"code"`
	}
	if json.Unmarshal(x.Answer, &failure) == nil {
		code := failure.Type
		if code == "" {
			code = failure.Code
		}
		if code == "" {
			code, _, _ = strings.Cut(x.Header.Get("X-Amzn-Errortype"), ":")
		}
		return code[strings.LastIndex(code, "#")+1:]
	}
	var inXML struct {
		Error  struct{ Code string }
		Errors struct{ Error struct{ Code string } }
	}
	if xml.Unmarshal(x.Answer, &inXML) == nil {
		return inXML.Error.Code + inXML.Errors.Error.Code
	}
	return ""
}

// seesCode says whether a fact would not hold if the step were refused with another code.
func (s *Step) seesCode(fact, code string) bool {
	other := func(text string) string { return strings.ReplaceAll(text, code, "AnotherException") }
	own := s.OfFact(fact)
	return strings.Contains(s.Stdout+s.Stderr, code) && hold(own, s.Stdout, s.Stderr) && !hold(own, other(s.Stdout), other(s.Stderr))
}

// seesName says whether a fact would not hold if the step were refused for another member than the one at a path. What the
// answer names is a path's last member: those above it are not refused.
func (s *Step) seesName(fact, path string) bool {
	last := path[strings.LastIndexAny(path, ".]}")+1:]
	name := regexp.MustCompile(`\b` + last + `([^.\w[]|\[\][^.]|$)`)
	other := func(text string) string { return name.ReplaceAllString(text, "another$1") }
	own := s.OfFact(fact)
	return name.MatchString(s.Stdout+s.Stderr) && hold(own, s.Stdout, s.Stderr) && !hold(own, other(s.Stdout), other(s.Stderr))
}

// HoldsFor says whether a fact would hold if the step had printed something.
func (s *Step) HoldsFor(fact, stdout, stderr string) bool {
	return hold(s.OfFact(fact), stdout, stderr)
}
