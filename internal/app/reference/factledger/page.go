package factledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// written is what begins each page.
const written = "`make ledger` writes this page: it runs the [facts](%s) on the simulated engine and notes what they look at. It shows what AWS has been " +
	"seen to do, or has published, and that the emulator does it. It does not show that AWS still does so today.\n\n"

const columns = "| %s | request members asserted / of | response members asserted / of | errors asserted / of | facts | recorded, reported, client, documented, chosen | tests | youngest source |\n" +
	"| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n"

// sum is what stands in a line of a table.
type sum struct {
	requests, requestsOf, answers, answersOf, errors, errorsOf int
	unpublished                                                bool
	facts                                                      map[string]Fact
	tests                                                      map[string]bool
}

func (s *sum) add(r *Row) {
	s.requests += len(r.RequestAsserted)
	s.requestsOf += len(r.Request.Paths())
	s.answers += len(r.AnswerAsserted)
	s.answersOf += len(r.Answer.Paths())
	s.errors += len(r.ErrorsAsserted)
	s.errorsOf += len(r.Errors)
	s.unpublished = s.unpublished || r.Errors == nil
	if s.facts == nil {
		s.facts, s.tests = map[string]Fact{}, map[string]bool{}
	}
	maps.Copy(s.facts, r.Facts)
	for _, test := range r.Tests {
		s.tests[test] = true
	}
}

// of are what facts of each kind there are, and the youngest date of their sources.
func (s *sum) of() (kinds, youngest string) {
	counts := map[string]int{}
	for _, f := range s.facts {
		counts[f.Source.Kind]++
		youngest = max(youngest, f.Source.Date)
	}
	var each []string
	for _, kind := range Kinds {
		each = append(each, fmt.Sprint(counts[kind]))
	}
	return strings.Join(each, ", "), cmp.Or(youngest, "none")
}

func (s *sum) line(name string) string {
	errors := fmt.Sprintf("%d / %d", s.errors, s.errorsOf)
	if s.unpublished && s.errorsOf == 0 {
		errors = fmt.Sprintf("%d / not published", s.errors)
	}
	kinds, youngest := s.of()
	return fmt.Sprintf("| %s | %d / %d | %d / %d | %s | %d | %s | %d | %s |\n", name, s.requests, s.requestsOf, s.answers, s.answersOf, errors, len(s.facts), kinds, len(s.tests), youngest)
}

// Summary is docs/reference/ledger.md.
func (l *Ledger) Summary() string {
	var b strings.Builder
	b.WriteString("# What facts show\n\n")
	fmt.Fprintf(&b, written, "../../testdata/facts/README.md")
	fmt.Fprintf(&b, columns, "service")
	all := &sum{}
	for _, s := range l.Services {
		one := &sum{}
		for _, o := range s.Operations {
			one.add(l.Rows[s.Name][o.Name])
			all.add(l.Rows[s.Name][o.Name])
		}
		b.WriteString(one.line(fmt.Sprintf("[%s](ledger/%s.md)", s.Title, s.Name)))
	}
	b.WriteString(all.line("all"))
	b.WriteString(rules)
	fmt.Fprintf(&b, "\nOf answers to the AWS CLI the %d members in [proved.txt](ledger/proved.txt) count alone: each has been seen to be noticed by its fact. "+
		"Members at which facts look without noticing that they are others stand in [lost.txt](ledger/lost.txt).\n", l.Listed)
	list(&b, "Facts that fail", l.Failing)
	list(&b, "Facts without a source, which do not count", l.Unsourced)
	return b.String()
}

const rules = `
A fact counts for an operation if this run came to its assertion on an answer of the operation, and it held. A member of a
response counts if a fact has looked at it: the fact holds no more when the member is taken out of the answer, when its text is another one
and when its number is one more. A member of a request counts if a command of a fact that holds has sent it and was not refused. An error
counts if a fact would not hold with another code. A member is refused by name if a fact would not hold with another name in the
refusal, whichever code that has. Members come from the SDK's types, by path: lists and structures count
as well as what is in them, and a structure within itself is left out. Errors are those that the public API models name for the operation.
Tests are the scripts that call the operation: those with a line that does, and the tests hold each script's lines against the requests
that came when it ran, unless it begins emulators of its own.
Kinds of sources are explained [with the facts](../../testdata/facts/README.md); a date is the youngest of them.
`

func list(b *strings.Builder, title string, of []string) {
	if len(of) > 0 {
		fmt.Fprintf(b, "\n**%s:** %s.\n", title, strings.Join(slices.Sorted(slices.Values(of)), ", "))
	}
}

// Page is the page of a service.
func (l *Ledger) Page(s Service) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What facts show of %s\n\n", s.Title)
	fmt.Fprintf(&b, written, "../../../testdata/facts/README.md")
	fmt.Fprintf(&b, "[What counts](../ledger.md). Members come from `%s`.\n\n", s.Module)
	fmt.Fprintf(&b, columns, "operation")
	operations := sorting.Sorted(slices.Values(s.Operations), func(a, b Operation) int { return strings.Compare(a.Name, b.Name) })
	all := &sum{}
	for _, o := range operations {
		row := l.Rows[s.Name][o.Name]
		one := &sum{}
		one.add(row)
		all.add(row)
		b.WriteString(one.line(fmt.Sprintf("[%s](#%s)", o.Name, strings.ToLower(o.Name))))
	}
	b.WriteString(all.line(fmt.Sprintf("all %d", len(operations))))
	for _, o := range operations {
		b.WriteString(l.Rows[s.Name][o.Name].section())
	}
	return b.String()
}

func (r *Row) section() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n", r.Name)
	if !r.Built {
		b.WriteString("\nIt is not built.\n")
	}
	list(&b, "Members of requests that are refused by name", slices.Collect(maps.Keys(r.Refused)))
	list(&b, "Members of requests without a fact", without(r.Request, r.RequestAsserted))
	list(&b, "Members of responses without a fact", without(r.Answer, r.AnswerAsserted))
	list(&b, "Errors without a fact", minus(r.Errors, r.ErrorsAsserted))
	list(&b, "Errors that facts have seen and no model names", slices.Collect(maps.Keys(r.OtherErrors)))
	numbers := sorting.Sorted(maps.Keys(r.Facts), byNumber)
	for _, title := range []string{"Facts", "Choices"} {
		first := true
		for _, number := range numbers {
			f := r.Facts[number]
			if (f.Source.Kind == Choice) != (title == "Choices") {
				continue
			}
			if first {
				fmt.Fprintf(&b, "\n%s:\n\n", title)
				first = false
			}
			fmt.Fprintf(&b, "- %s (%s %s): %s\n", number, f.Source.Kind, f.Source.Date, f.Sentence)
		}
	}
	return b.String()
}

// byNumber has ECS0100.9 before ECS0100.10.
func byNumber(a, b string) int {
	fileA, _, _ := strings.Cut(a, ".")
	fileB, _, _ := strings.Cut(b, ".")
	return cmp.Or(strings.Compare(fileA, fileB), cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// without are the members that are not asserted. Where nothing below a member is, the member stands for all of it.
func without(s *Shape, asserted map[string]bool) (paths []string) {
	below := map[string]bool{} // members with an asserted one in them
	for path := range asserted {
		for i, c := range path {
			if c == '.' {
				below[strings.TrimRight(path[:i], "[]{}")] = true
			}
		}
	}
	counts := map[string]int{}
	var last string
	for _, path := range s.Paths() {
		if last != "" && strings.HasPrefix(path, last) && strings.IndexByte(".[{", path[len(last)]) >= 0 {
			counts[last]++
			continue
		}
		last = ""
		if asserted[path] {
			continue
		}
		if !below[path] {
			last = path
		}
		paths, counts[path] = append(paths, path), 0
	}
	for i, path := range paths {
		if counts[path] > 0 {
			paths[i] = fmt.Sprintf("`%s` and %d in it", path, counts[path])
		} else {
			paths[i] = "`" + path + "`"
		}
	}
	return paths
}

func minus(all []string, some map[string]bool) (rest []string) {
	for _, one := range all {
		if !some[one] {
			rest = append(rest, one)
		}
	}
	return rest
}
