package emulator_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what is generated: the pages of docs/reference and the table of testdata/facts/README.md")

// factFile is a script of testdata/facts. It is a fact by itself, or holds the numbered
// ones that its fact commands open.
type factFile struct {
	name, number, topic string
	facts               []string
}

var (
	factHead    = regexp.MustCompile(`^# FACT ((?:AAS|ACM|ASG|CD|CFN|CW|EC2|ECR|ECS|ELB|EVB|EVS|IAM|LOGS|SD|SEC|SSM|STS)\d{4}): \S`)
	factTopic   = regexp.MustCompile(`(?m)^# Topic: (.+)\.$`)
	factCommand = regexp.MustCompile(`^fact ((?:AAS|ACM|ASG|CD|CFN|CW|EC2|ECR|ECS|ELB|EVB|EVS|IAM|LOGS|SD|SEC|SSM|STS)\d{4}\.\d+) # \S`)
	// assertion is a line that fails if AWS's answer is not the emulator's.
	assertion = regexp.MustCompile(`^(!? ?(stdout|stderr|cmp|cmpenv) |! (ecs|aws|call|exec) |(until|finds) )`)
	branch    = regexp.MustCompile(`^(skip|stop|\[)`)
)

// readFacts reads all files, and fails for those that do not have the form that
// testdata/facts/README.md describes.
func readFacts(t *testing.T) []factFile {
	t.Helper()
	paths, err := filepath.Glob("../testdata/facts/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no facts: %v", err)
	}
	var files []factFile
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, parseFacts(t, strings.TrimSuffix(filepath.Base(path), ".txtar"), string(text)))
	}
	return files
}

func parseFacts(t *testing.T, name, text string) factFile {
	t.Helper()
	f := factFile{name: name}
	if head := factHead.FindStringSubmatch(text); head != nil && strings.HasPrefix(name, head[1]+"-") {
		f.number = head[1]
	} else {
		t.Fatalf("%s does not begin with its number: # FACT %.7s: ...", name, name)
	}
	if topic := factTopic.FindStringSubmatch(text); topic != nil {
		f.topic = topic[1]
	} else {
		t.Errorf("%s has no line # Topic: ...", name)
	}
	script, _, _ := strings.Cut(text, "\n-- ")
	asserted := 0
	for line := range strings.Lines(script) {
		switch opens := factCommand.FindStringSubmatch(line); {
		case opens != nil:
			if len(f.facts) > 0 && asserted == 0 {
				t.Errorf("%s: %s has no assertion", name, f.facts[len(f.facts)-1])
			}
			f.facts, asserted = append(f.facts, opens[1]), 0
			if want := fmt.Sprintf("%s.%d", f.number, len(f.facts)); opens[1] != want {
				t.Errorf("%s: %s stands where %s is next", name, opens[1], want)
			}
		case strings.HasPrefix(line, "fact"):
			t.Errorf("%s: want fact %s.<number> # <sentence>, got %s", name, f.number, line)
		case branch.MatchString(line):
			t.Errorf("%s: each line of a fact runs, but here is %s", name, line)
		case assertion.MatchString(line):
			asserted++
		}
	}
	if asserted == 0 {
		t.Errorf("%s does not end with an assertion", name)
	}
	if len(f.facts) == 0 {
		f.facts = []string{f.number}
	}
	return f
}

// timedTopics are the topics of facts in which something takes its time.
var timedTopics = []string{"deployments by CodeDeploy", "events", "Express gateway services", "life of a task", "network interfaces", "schedules", "scheduler"}

// timedFacts are the paths of those.
func timedFacts(t *testing.T) (paths []string) {
	t.Helper()
	for _, file := range readFacts(t) {
		if slices.Contains(timedTopics, file.topic) {
			paths = append(paths, filepath.Join("..", "testdata", "facts", file.name+".txtar"))
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
}

// check fails for each fact that its script, which has run, did not come to.
func (r *factsReached) check(t *testing.T) {
	t.Helper()
	for _, file := range readFacts(t) {
		if reached, ran := r.facts[file.name]; ran && !slices.Equal(reached, file.facts) {
			t.Errorf("%s came to %q, and declares %q", file.name, reached, file.facts)
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
func factTable(files []factFile) string {
	var topics []string
	counts, cells := map[string]int{}, map[string][]string{}
	total := 0
	for _, f := range files {
		if counts[f.topic] == 0 {
			topics = append(topics, f.topic)
		}
		counts[f.topic] += len(f.facts)
		total += len(f.facts)
		cells[f.topic] = append(cells[f.topic], fmt.Sprintf("[%s](%s.txtar) %d", f.number, f.name, len(f.facts)))
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

// TestFactsAreNamedByCode looks for the numbers of facts in the program: each is one
// that there is, and each file is named where it is implemented.
func TestFactsAreNamedByCode(t *testing.T) {
	known, named := map[string]bool{}, map[string]bool{}
	files := readFacts(t)
	for _, file := range files {
		known[file.number] = true
		for _, fact := range file.facts {
			known[fact] = true
		}
	}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, number := range factNumber.FindAllString(string(text), -1) {
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
		if !named[file.number] {
			t.Errorf("no code names %s", file.name)
		}
	}
}
