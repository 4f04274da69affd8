package emulator_test

import (
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
)

// scriptAnswers holds the answer to the call before it against JSON, member by member. A part is JSON or the name of a file with
// it; later parts change the first one. A name such as =TASK has its value in the variable TASK from then on.
func scriptAnswers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: answers <JSON or file.json>...")
	}
	parts := make([]string, len(args))
	for i, arg := range args {
		if parts[i] = arg; strings.HasSuffix(arg, ".json") {
			parts[i] = ts.ReadFile(arg)
		}
		parts[i] = os.Expand(parts[i], ts.Getenv)
	}
	wanted, err := factledger.NewWanted(parts, func(name string) (string, error) { return os.Expand(ts.ReadFile(name), ts.Getenv), nil })
	ts.Check(err)
	known := factledger.Names{}
	for _, name := range wanted.Names() {
		known[name] = ts.Getenv(name)
	}
	wanted = wanted.Bind(known)
	stdout := ts.ReadFile("stdout")
	differ, names := wanted.Differences(stdout)
	if len(differ) > 0 {
		ts.Fatalf("the answer is another one:\n%s", strings.Join(differ, "\n"))
	}
	for name, value := range names {
		ts.Setenv(name, value)
	}
	if r := recording(ts); r != nil {
		r.saw(stdout, "", factledger.Assertion{Fact: r.fact, Stream: "stdout", Wanted: &wanted})
	}
}
