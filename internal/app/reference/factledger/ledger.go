package factledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Service is one whose operations have rows.
type Service struct {
	Name, Title, Module string // Module is the SDK's with its version
	Operations          []Operation
}

// Operation is what a request and an answer may consist of, and how it may be refused.
type Operation struct {
	Name            string
	Request, Answer *Shape
	Errors          []string // nil: not published
	Built           bool
	Tests           []string
}

// Row is what facts show of an operation.
type Row struct {
	Operation
	RequestAsserted, AnswerAsserted, ErrorsAsserted, OtherErrors, Refused map[string]bool
	Facts                                                                 map[string]Fact
}

// Ledger is what a run of all facts comes to.
type Ledger struct {
	Services          []Service
	Rows              map[string]map[string]*Row // by service and operation
	Failing           []string                   // facts
	Unsourced, Faults []string
	Lost              map[Candidate]bool // what facts have looked at and do not see
	Listed            int                // pairs of a fact and a member that it has been seen to see in the AWS CLI
	seen              map[Candidate]bool
}

// Count adds up a run. Proved are the candidates of the AWS CLI that count.
func Count(services []Service, files []File, scripts []*Script, proved map[Candidate]bool) *Ledger {
	l := &Ledger{Services: services, Rows: map[string]map[string]*Row{}, Listed: len(proved), Lost: map[Candidate]bool{}, seen: map[Candidate]bool{}}
	for _, s := range services {
		l.Rows[s.Name] = map[string]*Row{}
		for _, o := range s.Operations {
			l.Rows[s.Name][o.Name] = &Row{
				Operation: o, RequestAsserted: map[string]bool{}, AnswerAsserted: map[string]bool{}, ErrorsAsserted: map[string]bool{},
				OtherErrors: map[string]bool{}, Refused: map[string]bool{}, Facts: map[string]Fact{},
			}
		}
	}
	ran := map[string]*Script{}
	for _, s := range scripts {
		ran[s.Name] = s
	}
	l.Faults = Duplicates(files)
	for _, f := range files {
		s := ran[f.Name]
		if s == nil {
			l.Faults = append(l.Faults, f.Name+" has not run")
			continue
		}
		l.file(f, s, proved)
	}
	maps.DeleteFunc(l.Lost, func(c Candidate, _ bool) bool { return l.seen[c] })
	return l
}

func (l *Ledger) file(f File, s *Script, proved map[Candidate]bool) {
	held := map[string]Fact{}
	reached := s.Reached
	if f.Facts[0].Number == f.Number {
		reached = []string{f.Number}
	} else if !s.Failed {
		l.Faults = append(l.Faults, f.Unreached(reached)...)
	}
	for i, number := range reached {
		if s.Failed && i == len(reached)-1 {
			l.Failing = append(l.Failing, number)
			continue
		}
		for _, fact := range f.Facts {
			switch {
			case fact.Number != number:
			case !fact.Source.Given():
				l.Unsourced = append(l.Unsourced, number)
			default:
				held[number] = fact
			}
		}
	}
	for _, step := range s.Steps {
		for i, x := range step.Exchanges {
			row := l.Rows[x.Service][x.Operation]
			if row == nil {
				if x.Status < 400 {
					l.Faults = append(l.Faults, fmt.Sprintf("%s calls %s %s, which is no operation", f.Name, x.Service, x.Operation))
				}
				continue
			}
			l.exchange(row, step, i, held, proved)
		}
	}
}

// exchange adds what the facts that have held show by an exchange.
func (l *Ledger) exchange(row *Row, s *Step, i int, held map[string]Fact, proved map[Candidate]bool) {
	x := s.Exchanges[i]
	if _, ok := held[s.Fact]; ok && x.Status < 400 {
		for _, path := range x.sent(row.Request) {
			row.RequestAsserted[path] = true
		}
	}
	for _, number := range s.facts() {
		fact, ok := held[number]
		if !ok {
			continue
		}
		row.Facts[number] = fact
		if code := x.Code(); byName(x, code) {
			for _, path := range x.sent(row.Request) {
				if s.seesName(number, path) {
					row.Refused[path] = true
				}
			}
		} else if code != "" && s.seesCode(number, code) {
			l.refusal(row, code)
		}
	}
	var lost map[Candidate]bool
	if s.Wire {
		lost = s.lostOnWire(i, row.Answer)
	}
	for _, c := range s.Candidates(i, row.Answer) {
		if _, ok := held[c.Fact]; !ok {
			continue
		}
		if lost[c] || !s.Wire && !proved[c] {
			l.Lost[c] = true
		} else {
			l.seen[c] = true
			row.AnswerAsserted[c.Path] = true
		}
	}
}

func (l *Ledger) refusal(row *Row, code string) {
	if slices.Contains(row.Errors, code) {
		row.ErrorsAsserted[code] = true
	} else {
		row.OtherErrors[code] = true
	}
}

// byName says whether an answer refuses members of the request by their names, as those are refused that are not built. The
// code is one of AWS's where AWS has no other for what it cannot do.
func byName(x Exchange, code string) bool {
	return code == "NotImplementedException" || code != "" && bytes.Contains(x.Answer, []byte("ecs-emulator does not support "))
}

// sent are the members of a request.
func (x Exchange) sent(s *Shape) []string {
	paths := map[string]bool{}
	if json.Valid(x.Request) {
		for _, n := range nodes(x.Request, s) {
			paths[n.path] = true
		}
	}
	for _, path := range formPaths(x.Form, s) {
		paths[path] = true
	}
	return slices.Sorted(maps.Keys(paths))
}
