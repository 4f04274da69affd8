package emulator_test

import (
	"cmp"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

var (
	// scriptCLI and scriptWire are commands of scripts that call an operation: by the AWS CLI, or by its name.
	scriptCLI  = regexp.MustCompile(`(?m)^(?:! )?(?:exec )?(?:(?:until|finds) (?:'[^']*'|\S+) )?(?:aws (\S+)|(ecs)|until (?:'[^']*'|\S+)) ([a-z][a-z0-9-]+)`)
	scriptWire = regexp.MustCompile(`(?m)^(?:! )?(?:call|try) (?:CodeDeploy_20141006(\.))?([A-Za-z][A-Za-z-]+)`)
)

// signedNames are services whose name in the AWS CLI is not the name that requests are signed for.
var signedNames = map[string]string{
	"cloudwatch": "monitoring", "elbv2": "elasticloadbalancing", "deploy": "codedeploy", "resourcegroupstaggingapi": "tagging",
}

// sdkNames are the operations of all services, by service and name in small letters.
var sdkNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for service, client := range sdkClients {
		for m := range client.Methods() {
			names[service+" "+plainName(m.Name)] = service + " " + m.Name
		}
	}
	return names
})

func plainName(operation string) string {
	return strings.ToLower(strings.ReplaceAll(operation, "-", ""))
}

// callsOf are the operations that the lines of a script call on the simulated engine, each with its service.
func callsOf(script string) map[string]bool {
	script, _, _ = strings.Cut(script, "\n-- ")
	script, _, _ = strings.Cut(script, "\n[!docker] stop")
	calls := map[string]bool{}
	add := func(service, operation string) {
		if name := sdkNames()[service+" "+plainName(operation)]; name != "" {
			calls[name] = true
		}
	}
	for _, m := range scriptCLI.FindAllStringSubmatch(script, -1) {
		service := cmp.Or(m[1], "ecs")
		add(cmp.Or(signedNames[service], service), m[3])
	}
	for _, m := range scriptWire.FindAllStringSubmatch(script, -1) {
		add(map[bool]string{false: "ecs", true: "codedeploy"}[m[1] != ""], m[2])
	}
	return calls
}

// callNotes are the operations that came to the emulator of a script.
type callNotes struct {
	mu   sync.Mutex
	came map[string]bool
}

type callNotesKey struct{}

// wrap notes the requests of clients.
func (n *callNotes) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if x, ok := readExchange(req); ok {
			n.mu.Lock()
			n.came[x.Service+" "+x.Operation] = true
			n.mu.Unlock()
		}
		next.ServeHTTP(w, req)
	})
}

// withCalled are copies of scripts whose last line holds their lines against their run: pages of the ledger count lines.
func withCalled(t *testing.T, dir string) (copies []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts in %s: %v", dir, err)
	}
	to := t.TempDir()
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		script, files, more := strings.Cut(string(text), "\n-- ")
		script = strings.TrimSuffix(script, "\n") + "\n"
		for _, operation := range slices.Sorted(maps.Keys(callsOf(string(text)))) {
			script += "called " + operation + "\n"
		}
		if more {
			script += "-- " + files
		}
		copies = append(copies, filepath.Join(to, filepath.Base(path)))
		if err := os.WriteFile(copies[len(copies)-1], []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return copies
}

// scriptCalled fails if no call of an operation came to the emulator of the script. One that goes on with a program of its own has no
// notes of what comes to that.
func scriptCalled(ts *testscript.TestScript, neg bool, args []string) {
	notes, _ := ts.Value(callNotesKey{}).(*callNotes)
	if neg || len(args) != 2 || notes == nil {
		ts.Fatalf("usage: called <service> <operation>, behind a script on the simulated engine")
	}
	notes.mu.Lock()
	defer notes.mu.Unlock()
	if own := ts.Getenv("URL") != ts.Value(emulatorKey{}).(*emulator.Server).URL(); own {
		return
	}
	if !notes.came[args[0]+" "+args[1]] {
		ts.Fatalf("a line calls %s of %s, and no request of it has come", args[1], args[0])
	}
}
