// Package factledger says which facts of testdata/facts show what of AWS's APIs, operation by operation: it reads
// the facts, adds up what a run of them has seen and looked at, and writes the pages of docs/reference/ledger.
package factledger

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kinds of sources, the surest first.
const (
	Recorded   = "recorded"   // answers that AWS gave and that were kept as they came
	Reported   = "reported"   // what AWS answered, as people have published it
	Client     = "client"     // the source of a client, whose expectations AWS meets
	Documented = "documented" // AWS's documentation and models
	Choice     = "choice"     // none: the emulator has to do something
)

// Kinds are all of them.
var Kinds = []string{Recorded, Reported, Client, Documented, Choice}

// Source is where a fact is known from. Its date is the day of the answer, where it is known, or else the
// day on which it was read: a year, a month or a day.
type Source struct{ Kind, Date, Words string }

// Given says that there is one.
func (s Source) Given() bool { return s.Kind != "" }

// Fact is one of a file.
type Fact struct {
	Number, Sentence string
	Source           Source // its own, or its file's
}

// File is a script of testdata/facts.
type File struct {
	Name, Number, Sentence, Topic string
	Facts                         []Fact
}

const number = `(?:AAS|ACM|ASG|CD|CFN|CW|EC2|ECR|ECS|ELB|EVB|EVS|IAM|LOGS|SD|SEC|SSM|STS)\d{4}`

var (
	head    = regexp.MustCompile(`^# FACT (` + number + `): (\S.*)`)
	topic   = regexp.MustCompile(`(?m)^# Topic: (.+)\.$`)
	sourced = regexp.MustCompile(`^# Source: (\S+) (20\d\d(?:-[01]\d(?:-[0-3]\d)?)?): (.*)`)
	opens   = regexp.MustCompile(`^fact (` + number + `\.\d+) # (\S.*)`)
	// assertion is a line that fails if AWS's answer is not the emulator's.
	assertion = regexp.MustCompile(`^(!? ?(stdout|stderr|cmp|cmpenv|answers) |! (ecs|aws|call|exec) |(until|finds) )`)
	branch    = regexp.MustCompile(`^(skip|stop|\[)`)
)

// Parse reads the file of a name without .txtar, and says what is not in the form of
// testdata/facts/README.md. A source that is not in the form is none.
func Parse(name, text string) (f File, faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, name+": "+fmt.Sprintf(format, args...)) }
	f.Name = name
	if found := head.FindStringSubmatch(text); found != nil && strings.HasPrefix(name, found[1]+"-") {
		f.Number, f.Sentence = found[1], found[2]
	} else {
		fault("it does not begin with its number: # FACT %.7s: ...", name)
	}
	if found := topic.FindStringSubmatch(text); found != nil {
		f.Topic = found[1]
	} else {
		fault("no line # Topic: ...")
	}
	script, _, _ := strings.Cut(text, "\n-- ")
	var own Source
	asserted := 0
	for line := range strings.Lines(script) {
		switch found := opens.FindStringSubmatch(line); {
		case found != nil:
			if len(f.Facts) > 0 && asserted == 0 {
				fault("%s has no assertion", f.Facts[len(f.Facts)-1].Number)
			}
			f.Facts, asserted = append(f.Facts, Fact{Number: found[1], Sentence: found[2], Source: own}), 0
			if want := fmt.Sprintf("%s.%d", f.Number, len(f.Facts)); found[1] != want {
				fault("%s stands where %s is next", found[1], want)
			}
		case strings.HasPrefix(line, "# Source:"):
			s, err := ParseSource(line)
			if err != "" {
				fault("%s", err)
			}
			if len(f.Facts) == 0 {
				own = s
			} else {
				f.Facts[len(f.Facts)-1].Source = s
			}
		case strings.HasPrefix(line, "fact"):
			fault("want fact %s.<number> # <sentence>, got %s", f.Number, line)
		case branch.MatchString(line):
			fault("each line of a fact runs, but here is %s", line)
		case assertion.MatchString(line):
			asserted++
		}
	}
	if asserted == 0 {
		fault("it does not end with an assertion")
	}
	if len(f.Facts) == 0 {
		f.Facts = []Fact{{Number: f.Number, Sentence: f.Sentence, Source: own}}
	}
	return f, faults
}

// ParseSource reads a line # Source: <kind> <date>: <words>. A line in another form has no source; one of a kind that there
// is not is a fault.
func ParseSource(line string) (s Source, fault string) {
	found := sourced.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
	switch {
	case found == nil:
		return Source{}, ""
	case !slices.Contains(Kinds, found[1]):
		return Source{}, fmt.Sprintf("a source is one of %s, not %s", strings.Join(Kinds, ", "), found[1])
	}
	return Source{Kind: found[1], Date: found[2], Words: found[3]}, ""
}

// Duplicates says which numbers two files have.
func Duplicates(files []File) (faults []string) {
	seen := map[string]string{}
	for _, f := range files {
		if first, again := seen[f.Number]; again {
			faults = append(faults, fmt.Sprintf("%s and %s have the same number %s", first, f.Name, f.Number))
		}
		seen[f.Number] = f.Name
	}
	return faults
}

// Unreached says which facts a script that has run did not come to, once each and in their order. A file that is a fact by itself
// opens none.
func (f File) Unreached(reached []string) (faults []string) {
	var declared []string
	for _, fact := range f.Facts {
		if fact.Number != f.Number {
			declared = append(declared, fact.Number)
		}
	}
	if !slices.Equal(reached, declared) {
		faults = append(faults, fmt.Sprintf("%s came to %q, and declares %q", f.Name, reached, declared))
	}
	return faults
}
