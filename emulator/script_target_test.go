package emulator_test

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// scriptTarget stands for a target of rules and schedules from now on. What it gets it appends to a file, a line for
// each; with ! it then fails, so that it gets the same again.
func scriptTarget(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] target <ARN> <file>")
	}
	got := ts.MkAbs(args[1])
	ts.Check(os.WriteFile(got, nil, 0o600))
	var one sync.Mutex
	ts.Value(emulatorKey{}).(*emulator.Server).OnEventTarget(args[0], func(_ context.Context, body []byte) error {
		one.Lock()
		defer one.Unlock()
		file, err := os.OpenFile(got, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer file.Close()
		if _, err := file.Write(append(body, '\n')); err != nil {
			return err
		}
		if neg {
			return errors.New("this target fails")
		}
		return nil
	})
}
