package emulator_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Scripts of testdata/python call each operation of a service, and say what they did not expect.
func TestBoto3Operations(t *testing.T) {
	t.Parallel()
	requireBoto3(t)
	const job = "arn:aws:lambda:us-east-1:000000000000:function:job"
	for script, args := range map[string][]string{
		"load_balancing.py":     nil,
		"discovery.py":          nil,
		"certificates.py":       {filepath.Join("..", "testdata", "terraform", "certificate")},
		"rules.py":              {job},
		"schedules.py":          {job},
		"one_time_schedules.py": {job},
		"stacks.py":             nil,
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			srv := emulator.Start(t)
			srv.OnEventTarget(job, func(context.Context, []byte) error { return nil })
			cmd := exec.CommandContext(t.Context(), "python3", append([]string{filepath.Join(pythonFolder, script)}, args...)...)
			cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+srv.URL(), "PYTHONDONTWRITEBYTECODE=1", "AWS_DISABLE_HOST_PREFIX_INJECTION=true")
			if output, err := cmd.CombinedOutput(); err != nil || string(output) != "done\n" {
				t.Errorf("it ends with %v and prints:\n%s", err, output)
			}
		})
	}
}
