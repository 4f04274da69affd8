package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestTheFirstInterruptCleansUpAndTheSecondEndsAtOnce(t *testing.T) {
	for interrupts, want := range []string{"", "end;", "end;end now;"} {
		var did, said bytes.Buffer
		signals, ended := make(chan os.Signal, interrupts), make(chan struct{})
		for range interrupts {
			signals <- os.Interrupt
		}
		do := func(what string) func() {
			return func() {
				did.WriteString(what)
				if len(signals) == 0 {
					close(ended)
				}
			}
		}
		if interrupts == 0 {
			close(ended)
		}
		obeyInterrupts(&said, signals, ended, do("end;"), do("end now;"))
		if did.String() != want || strings.Count(said.String(), "\n") != interrupts {
			t.Errorf("after %d interrupts: did %q, want %q; said:\n%s", interrupts, did.String(), want, said.String())
		}
		if interrupts == 1 && !strings.Contains(said.String(), "cleaned up; interrupt again to end at once") {
			t.Errorf("said %q", said.String())
		}
	}
}

func TestASecondInterruptKillsTheChildren(t *testing.T) {
	cmd := exec.Command("cat")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }() // cat ends with its input
	if err := startChild(cmd); err != nil {
		t.Fatal(err)
	}
	killChildren()
	if err := waitChild(cmd); err == nil {
		t.Error("the child ended by itself")
	}
	children.Range(func(any, any) bool {
		t.Error("a child is counted that has ended")
		return true
	})
}
