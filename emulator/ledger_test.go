package emulator_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
)

// provedFile has the members of answers to the AWS CLI of which facts have been seen to notice that they are missing or others:
// no other one counts. lostFile has those that facts look at without noticing. `make ledger-all` writes both.
const (
	provedFile = "../docs/reference/ledger/proved.txt"
	lostFile   = "../docs/reference/ledger/lost.txt"
)

type ledgerKey struct{}

// recordFacts is the scene for the facts: each is recorded, and when all have run the pages of docs/reference/ledger are held
// against them; with -update they are written. It returns the paths of the facts.
func (s scene) recordFacts(t *testing.T) (scene, []string) {
	t.Helper()
	files := readFacts(t)
	services := ledgerServices(t)
	s.ledger = &ledgerRun{shapes: map[string]*factledger.Shape{}, proved: readProved(t), tried: map[factledger.Candidate]bool{}, lost: map[factledger.Candidate]bool{}}
	for _, service := range services {
		for _, o := range service.Operations {
			s.ledger.shapes[service.Name+" "+o.Name] = o.Answer
		}
	}
	dir := t.TempDir()
	var paths []string
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join("..", "testdata", "facts", file.Name+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, filepath.Join(dir, file.Name+".txtar"))
		if err := os.WriteFile(paths[len(paths)-1], []byte(withSaw(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if *prove == "all" {
			s.ledger.writeProved(t, files)
		}
		if len(s.ledger.scripts) == len(files) { // else only some were asked for
			s.ledger.hold(t, services, files)
		}
	})
	return s, paths
}

// record is a recorder for a script of a scene; nil where none is recorded.
func (s scene) record(name string) *recorder {
	if s.ledger == nil {
		return nil
	}
	r := &recorder{script: &factledger.Script{Name: name, Failed: true}}
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	s.ledger.scripts = append(s.ledger.scripts, r.script)
	return r
}

// hold holds the pages against the run.
func (run *ledgerRun) hold(t *testing.T, services []factledger.Service, files []factledger.File) {
	t.Helper()
	if *prove == "sample" {
		for _, c := range sortedCandidates(run.lost) {
			t.Errorf("%s holds although %s is another one in an answer of %s %s: run make ledger-all", c.Fact, c.Path, c.Service, c.Operation)
		}
	}
	if *prove != "" {
		t.Logf("%d answers were played with a member that was another one", run.played)
	}
	l := factledger.Count(services, files, run.scripts, run.proved)
	t.Logf("%d times a fact seems to look at a member of an answer and does not: those do not count", len(l.Lost))
	if *prove == "all" {
		writeCandidates(t, lostFile, l.Lost)
	}
	for _, fault := range l.Faults {
		t.Error(fault)
	}
	for _, fact := range l.Failing {
		t.Errorf("%s does not hold", fact)
	}
	pages := map[string]string{"../ledger.md": l.Summary()}
	for _, service := range services {
		pages[service.Name+".md"] = l.Page(service)
	}
	for name, page := range pages {
		holdFile(t, filepath.Join("..", "docs", "reference", "ledger", name), page)
	}
}

func sortedCandidates(of map[factledger.Candidate]bool) (sorted []factledger.Candidate) {
	for c := range of {
		sorted = append(sorted, c)
	}
	slices.SortFunc(sorted, func(a, b factledger.Candidate) int { return strings.Compare(a.String(), b.String()) })
	return sorted
}

// writeProved keeps what the file has of facts that have not run now.
func (run *ledgerRun) writeProved(t *testing.T, files []factledger.File) {
	t.Helper()
	ran, known := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		known[f.Number] = true
	}
	for _, s := range run.scripts {
		if number, _, _ := strings.Cut(s.Name, "-"); !s.Failed {
			ran[number] = true
		}
	}
	for c := range run.proved {
		if number, _, _ := strings.Cut(c.Fact, "."); ran[number] || !known[number] {
			delete(run.proved, c)
		}
	}
	for c := range run.tried {
		if !run.lost[c] {
			run.proved[c] = true
		}
	}
	writeCandidates(t, provedFile, run.proved)
}

func writeCandidates(t *testing.T, path string, of map[factledger.Candidate]bool) {
	t.Helper()
	var b strings.Builder
	for _, c := range sortedCandidates(of) {
		b.WriteString(c.String() + "\n")
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readProved(t *testing.T) map[factledger.Candidate]bool {
	t.Helper()
	proved := map[factledger.Candidate]bool{}
	text, err := os.ReadFile(provedFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.Fields(line)
		if len(parts) != 4 {
			t.Fatalf("%s: want a fact, a service, an operation and a member, got %q", provedFile, line)
		}
		proved[factledger.Candidate{Fact: parts[0], Service: parts[1], Operation: parts[2], Path: parts[3]}] = true
	}
	return proved
}
