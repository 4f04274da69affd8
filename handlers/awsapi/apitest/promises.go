// Package apitest has the tests that each service passes: its table says what is true,
// and what it sends and reads is what the SDK's client reads and sends. [Scene] is what tests
// of a service's own begin with.
package apitest

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Promises remembers the operations that some test called with success.
type Promises struct{ kept sync.Map }

// Observe is for awsapi.Options.
func (p *Promises) Observe(_, operation string, status int, _ time.Duration) {
	if status == 200 {
		p.kept.Store(operation, true)
	}
}

// Main runs the tests of a package and fails when the table of its service promises an
// operation that no test called with success. It looks only when all tests were run.
//
//	func TestMain(m *testing.M) { os.Exit(promises.Main(m, iam.New(nil).Service())) }
func (p *Promises) Main(m *testing.M, s awsapi.Service) int {
	os.Unsetenv("AWS_CA_BUNDLE") // of no use for plain HTTP, and a missing file breaks the SDK
	code := m.Run()
	if code != 0 || selected() {
		return code
	}
	for _, o := range s.Operations {
		if _, kept := p.kept.Load(o.Name); !kept && o.Built() {
			fmt.Fprintf(os.Stderr, "the table says that %s %s, but no test called it with success\n", o.Name, o.Support)
			code = 1
		}
	}
	return code
}

// selected reports whether only some tests were asked for.
func selected() bool {
	return slices.ContainsFunc([]string{"test.run", "test.skip", "test.list", "test.fuzz"}, func(name string) bool {
		f := flag.Lookup(name)
		return f != nil && f.Value.String() != ""
	})
}
