package emulator_test

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// scriptHook has a Lambda function answer from now on with a text, or with ! raise it as an error. What it
// is asked it appends to the file asked, a line for each call.
func scriptHook(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] hook <ARN of a function> <answer>")
	}
	asked, answer := ts.MkAbs("asked"), args[1]
	var one sync.Mutex
	ts.Value(emulatorKey{}).(*emulator.Server).OnHook(args[0], func(_ context.Context, payload []byte) ([]byte, error) {
		one.Lock()
		defer one.Unlock()
		file, err := os.OpenFile(asked, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if _, err := file.Write(append(payload, '\n')); err != nil {
			return nil, err
		}
		if neg {
			return nil, errors.New(answer)
		}
		return []byte(answer), nil
	})
}
