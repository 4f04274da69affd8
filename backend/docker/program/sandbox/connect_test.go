//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Names take the place of those that were written before, and leave all other lines.
func TestNamesInAHostsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hosts")
	const others = "127.0.0.1\tlocalhost\n10.0.0.4\tip-10-0-0-4"
	if err := os.WriteFile(path, []byte(others), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"127.255.0.1\tapi", "127.255.0.2\tdb.shop"}, others + "\n127.255.0.1\tapi # Service Connect\n127.255.0.2\tdb.shop # Service Connect\n"},
		{[]string{"127.255.0.1\tapi"}, others + "\n127.255.0.1\tapi # Service Connect\n"},
		{nil, others + "\n"},
	} {
		if err := writeNames(path, c.names); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != c.want { //nolint:gosec // a path of this test
			t.Errorf("%q, %v, want %q", got, err, c.want)
		}
	}
}

func TestWhatIsNotToBeConnected(t *testing.T) {
	for _, words := range [][]string{nil, {"127.0.0.1", "call/127.255.0.1=127.0.0.1:1"}, {"127.0.0.1", "port/80"}, {"127.0.0.1", "port/80=x"}, {"127.0.0.1", "x/1=2"}, {"10.9.8.7"}} {
		if err := connect(words); err == nil {
			t.Errorf("%q is taken", words)
		}
	}
}
