//go:build unix

package processgroup_test

import (
	"bufio"
	"io"
	"os/exec"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processgroup"
)

// TestKillEndsTheWholeGroup has a shell start a child which has the shell's output, so that the output ends with both.
func TestKillEndsTheWholeGroup(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sh", "-c", "sleep 600 & echo started; wait")
	processgroup.Own(cmd)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	line, readErr := lines.ReadString('\n')
	if err := processgroup.Kill(cmd); err != nil || readErr != nil || line != "started\n" {
		t.Fatalf("%q, %v; kill: %v", line, readErr, err)
	}
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("after that it writes %q, %v", rest, err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the shell ended by itself")
	}
}
