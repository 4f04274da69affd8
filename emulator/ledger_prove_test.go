package emulator_test

import (
	"flag"
	"hash/fnv"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
)

var prove = flag.String("ledger", "", "what commands of the AWS CLI are played another answer, to see whether their facts notice: sample or all")

// sampleOneOf is how many candidates there are for each that is proved where a sample is; sampleSeed says which.
const (
	sampleOneOf = 25
	sampleSeed  = "1"
)

// ledgerRun is what the facts have shown in this run.
type ledgerRun struct {
	mu      sync.Mutex
	scripts []*factledger.Script
	shapes  map[string]*factledger.Shape  // of answers, by service and operation
	proved  map[factledger.Candidate]bool // of the AWS CLI, by provedFile
	tried   map[factledger.Candidate]bool // in this run
	lost    map[factledger.Candidate]bool // of those: facts hold without them, or with others
	played  int
}

// prove plays the answers of a script's commands of the AWS CLI again, each with one member that is another one.
func (r *recorder) prove(ts *testscript.TestScript) {
	run, _ := ts.Value(ledgerKey{}).(*ledgerRun)
	if *prove == "" || run == nil {
		return
	}
	p := &player{}
	server := httptest.NewServer(p)
	defer server.Close()
	for _, step := range r.script.Steps {
		if step.Wire || len(step.Assertions) == 0 {
			continue
		}
		for i, x := range step.Exchanges {
			shape := run.shapes[x.Service+" "+x.Operation]
			if shape == nil {
				continue
			}
			wanted := map[string][]factledger.Candidate{}
			for _, c := range step.Candidates(i, shape) {
				if *prove == "all" || run.proved[c] && inSample(c) {
					wanted[c.Path] = append(wanted[c.Path], c)
				}
			}
			for _, m := range factledger.Mutations(x.Answer, shape) {
				if len(wanted[m.Path]) == 0 {
					continue
				}
				answer := p.play(ts, server.URL, step, i, m.Body)
				run.note(step, wanted[m.Path], answer)
			}
		}
	}
}

func inSample(c factledger.Candidate) bool {
	h := fnv.New32a()
	h.Write([]byte(sampleSeed + c.String()))
	return h.Sum32()%sampleOneOf == 0
}

// note keeps candidates, and which of their facts hold with another answer.
func (run *ledgerRun) note(step *factledger.Step, candidates []factledger.Candidate, answer cliAnswer) {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.played++
	for _, c := range candidates {
		run.tried[c] = true
		if (answer.Code != 0) == step.Refused && step.HoldsFor(c.Fact, answer.Stdout, answer.Stderr) {
			run.lost[c] = true
		}
	}
}

// player answers with what was recorded, but for one answer.
type player struct {
	mu      sync.Mutex
	answers []factledger.Exchange
	next    int
}

func (p *player) play(ts *testscript.TestScript, url string, step *factledger.Step, i int, body []byte) cliAnswer {
	p.mu.Lock()
	p.answers, p.next = append([]factledger.Exchange(nil), step.Exchanges...), 0
	p.answers[i].Answer = body
	p.mu.Unlock()
	answer, err := ts.Value(cliKey{}).(awsCLI).run(cliCommand{
		Args: append([]string{"--endpoint-url", url, "--output", "text"}, step.Args...),
		Env:  scriptVariables(ts), Dir: ts.MkAbs("."),
	})
	ts.Check(err)
	return answer
}

func (p *player) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	p.mu.Lock()
	if p.next >= len(p.answers) {
		p.mu.Unlock()
		http.Error(w, "no more answers", http.StatusBadRequest)
		return
	}
	x := p.answers[p.next]
	p.next++
	p.mu.Unlock()
	for name, values := range x.Header {
		if name == "Content-Type" || strings.HasPrefix(name, "X-Amz") {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(x.Status)
	_, _ = w.Write(x.Answer)
}
