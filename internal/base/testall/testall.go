// Package testall divides tests between `make test`, which takes minutes, and `make
// test-all`, which runs all of them.
package testall

import "testing"

// Only leaves a test to `make test-all`: go test -short skips it, which is what `make test`
// runs. The summary counts what is left out by kind.
//
//	testall.Only(t, "tests of Terraform")
func Only(tb testing.TB, kind string) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("only `make test-all` runs " + kind)
	}
}
