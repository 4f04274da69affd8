package emulator_test

import (
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/app/reference/factledger"
)

// scriptPatience bounds what scripts wait for. On a machine that has nothing else to do it
// takes a few seconds at most.
const scriptPatience = 3 * time.Minute

// Between two looks there is scriptPause, as a look takes time from what is waited for, and
// where each look is a command and the emulator's state has not changed, longestPause.
const (
	scriptPause  = 100 * time.Millisecond
	longestPause = 500 * time.Millisecond
)

// comesTrue looks again and again, and says in the end whether it has come true.
func comesTrue(ask func() bool) bool {
	tick := time.NewTicker(scriptPause)
	defer tick.Stop()
	for limit := time.After(scriptPatience); !ask(); {
		select {
		case <-tick.C:
		case <-limit:
			return false
		}
	}
	return true
}

// scriptUntil waits for what the CLI prints.
func scriptUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until <regexp> <args of ecs>")
	}
	scriptFinds(ts, neg, append([]string{args[0], "ecs"}, args[1:]...))
}

// scriptFinds does so with any service of the CLI.
func scriptFinds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: finds <regexp> <args of aws>")
	}
	untilPrinted(ts, args[0], "aws", args[1:], func() cliAnswer { return askAWS(ts, args[1:]...) })
}

// scriptSays waits for the output of a container: that it runs does not mean that its
// program has come so far.
func scriptSays(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: says <regexp> <task> [container]")
	}
	logs := append([]string{"logs", "--endpoint", ts.Getenv("URL")}, args[1:]...)
	untilPrinted(ts, args[0], "ecs-emulator", logs, func() cliAnswer {
		err := ts.Exec("ecs-emulator", logs...)
		ts.Check(err)
		return cliAnswer{Stdout: ts.ReadFile("stdout"), Stderr: ts.ReadFile("stderr")}
	})
}

// untilPrinted runs a command again and again until it prints a text. It may not fail.
func untilPrinted(ts *testscript.TestScript, pattern, program string, args []string, run func() cliAnswer) {
	command := program + " " + strings.Join(args, " ")
	want, err := regexp.Compile("(?m)" + pattern)
	ts.Check(err)
	var last cliAnswer
	srv := ts.Value(emulatorKey{}).(*emulator.Server)
	changes, pauses := srv.Changes()-1, 0
	r := recording(ts)
	printed := comesTrue(func() bool {
		if pauses++; srv.Changes() == changes && pauses < int(longestPause/scriptPause) {
			return false
		}
		changes, pauses = srv.Changes(), 0
		r.begin(&factledger.Step{Args: args})
		last = run()
		return last.Code != 0 || want.MatchString(last.Stdout)
	})
	last.print(ts)
	r.end(last.Stdout, last.Stderr, factledger.Assertion{Stream: "stdout", Pattern: pattern})
	switch {
	case last.Code != 0:
		ts.Fatalf("%s ends with %d", command, last.Code)
	case !printed:
		ts.Fatalf("%s has not printed %s within %s", command, want, scriptPatience)
	}
}
