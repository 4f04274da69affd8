//go:build linux

package main

import (
	"strings"
	"testing"
)

func TestStatsOfNothing(t *testing.T) {
	for _, words := range [][]string{{"stats", "."}, {"stats", "a/b", "."}, {"stats", "absent", "."}, {"stats", "a"}, {"group", "absent", "."}} {
		if got := carryOut(words, ownerCommands); strings.Contains(got, "\x1f") {
			t.Errorf("%q: %q", words, got)
		}
	}
	for _, words := range [][]string{{"group", "."}, {"group", "a/b", "."}, {"group", "absent", "parent=/docker", "network", "."}, {"stats", "absent", "."}, {"filter", "."}} {
		if got := carryOut(words, readerCommands); got == "done" || strings.Contains(got, "\x1f") {
			t.Errorf("%q: %q", words, got)
		}
	}
}
