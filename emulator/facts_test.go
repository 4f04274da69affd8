package emulator_test

import (
	"flag"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
)

var update = flag.Bool("update", false, "write what is generated: the pages of docs/reference and the table of testdata/facts/README.md")

// readFacts reads all files, and fails for those that do not have the form that
// testdata/facts/README.md describes.
func readFacts(t *testing.T) []factledger.File {
	t.Helper()
	paths, err := filepath.Glob("../testdata/facts/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no facts: %v", err)
	}
	var files []factledger.File
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, faults := factledger.Parse(strings.TrimSuffix(filepath.Base(path), ".txtar"), string(text))
		for _, fault := range faults {
			t.Error(fault)
		}
		files = append(files, file)
	}
	for _, fault := range factledger.Duplicates(files) {
		t.Error(fault)
	}
	return files
}

// timedTopics are the topics of facts in which something takes its time.
var timedTopics = []string{"deployments by CodeDeploy", "events", "Express gateway services", "life of a task", "network interfaces", "schedules", "scheduler"}

// timedFacts are the paths of those.
func timedFacts(t *testing.T) (paths []string) {
	t.Helper()
	for _, file := range readFacts(t) {
		if slices.Contains(timedTopics, file.Topic) {
			paths = append(paths, filepath.Join("..", "testdata", "facts", file.Name+".txtar"))
		}
	}
	return paths
}

// factsReached are the facts that scripts have come to, by script. Each has an assertion,
// so those of a script that ends have held.
type factsReached struct {
	mu    sync.Mutex
	facts map[string][]string
}

// scriptFact is the script command fact: what follows it belongs to that fact.
func scriptFact(ts *testscript.TestScript, neg bool, args []string) {
	r, _ := ts.Value(factsKey{}).(*factsReached)
	if neg || len(args) != 1 || r == nil {
		ts.Fatalf("usage, in testdata/facts: fact <number> # <sentence>")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.facts == nil {
		r.facts = map[string][]string{}
	}
	r.facts[ts.Name()] = append(r.facts[ts.Name()], args[0])
	recording(ts).open(args[0])
}

// check fails for each fact that its script, which has run, did not come to.
func (r *factsReached) check(t *testing.T) {
	t.Helper()
	for _, file := range readFacts(t) {
		if reached, ran := r.facts[file.Name]; ran {
			for _, fault := range file.Unreached(reached) {
				t.Error(fault)
			}
		}
	}
}

// TestFactsAreCounted holds the table of the README against the files, or writes it.
func TestFactsAreCounted(t *testing.T) {
	const path, begin, end = "../testdata/facts/README.md", "<!-- facts by topic -->\n", "<!-- end -->\n"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(readme), begin)
	table, after, found := strings.Cut(rest, end)
	if !found {
		t.Fatalf("%s has no table between %q and %q", path, begin, end)
	}
	want := factTable(readFacts(t))
	if table == want {
		return
	}
	if !*update {
		t.Fatalf("the table of %s is\n%s\nand the files have\n%s\n`make generate` writes it", path, table, want)
	}
	if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// factTable counts facts by topic and file, in the order of their numbers.
func factTable(files []factledger.File) string {
	var topics []string
	counts, cells := map[string]int{}, map[string][]string{}
	total := 0
	for _, f := range files {
		if counts[f.Topic] == 0 {
			topics = append(topics, f.Topic)
		}
		counts[f.Topic] += len(f.Facts)
		total += len(f.Facts)
		cells[f.Topic] = append(cells[f.Topic], fmt.Sprintf("[%s](%s.txtar) %d", f.Number, f.Name, len(f.Facts)))
	}
	slices.Sort(topics)
	var b strings.Builder
	b.WriteString("| topic | facts | of which |\n| --- | ---: | --- |\n")
	for _, topic := range topics {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", topic, counts[topic], strings.Join(cells[topic], ", "))
	}
	fmt.Fprintf(&b, "| all | %d | in %d files |\n", total, len(files))
	return b.String()
}

var factNumber = regexp.MustCompile(`(?:AAS|ACM|ASG|CD|CFN|CW|EC2|ECR|ECS|ELB|EVB|EVS|IAM|LOGS|SD|SEC|SSM|STS)\d{4}(\.\d+)?`)

// factNumbers are the numbers in a text. Only where digits follow a capital letter is a closer look worth its time.
func factNumbers(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 1; i < len(text); i++ {
			if text[i] < '0' || text[i] > '9' || text[i-1] < 'A' || text[i-1] > 'Z' {
				continue
			}
			near := text[max(0, i-len("LOGS")):min(len(text), i+len("20000.0000"))]
			if number := factNumber.FindString(near); number != "" && !yield(number) {
				return
			}
		}
	}
}

// TestFactsAreNamedByCode looks for the numbers of facts in the program: each is one
// that there is, and each file is named where it is implemented.
func TestFactsAreNamedByCode(t *testing.T) {
	t.Parallel()
	known, named := map[string]bool{}, map[string]bool{}
	files := readFacts(t)
	for _, file := range files {
		known[file.Number] = true
		for _, fact := range file.Facts {
			known[fact.Number] = true
		}
	}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		for number := range factNumbers(string(text)) {
			if !known[number] {
				t.Errorf("%s names %s, which is no fact", path, number)
			}
			if !strings.HasSuffix(path, "_test.go") {
				file, _, _ := strings.Cut(number, ".")
				named[file] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !named[file.Number] {
			t.Errorf("no code names %s", file.Name)
		}
	}
}
