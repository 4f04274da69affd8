package emulator_test

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// TestEachServiceHasItsTests looks for what the tests of a service's package call, and for
// packages of services that are not in the list.
func TestEachServiceHasItsTests(t *testing.T) {
	packages := map[string]bool{}
	for _, s := range emulator.Services() {
		calls := []string{"apitest.Table(", "promises.Main("}
		for _, p := range s.Protocols() {
			if _, ok := p.(awsapi.Query); ok {
				calls = append(calls, "apitest.RoundTrip(")
			}
		}
		built := slices.IndexFunc(s.Operations, awsapi.Operation.Built)
		name := path.Base(s.Operations[built].Input.PkgPath()) // as the SDK's package
		packages[name] = true
		tests := sourceOf(t, name, "*_test.go")
		for _, call := range calls {
			if !strings.Contains(tests, call) {
				t.Errorf("no test in handlers/%s calls %s…)", name, call)
			}
		}
	}
	dirs, err := os.ReadDir("../handlers")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if dir.IsDir() && strings.Contains(sourceOf(t, dir.Name(), "*.go"), "Service() awsapi.Service {") && !packages[dir.Name()] {
			t.Errorf("handlers/%s has a service that is not in the list of handler.go", dir.Name())
		}
	}
}

// sourceOf joins the files of a package of handlers.
func sourceOf(t *testing.T, pkg, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../handlers", pkg, pattern))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(source)
	}
	return text.String()
}
