package main

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

func TestEventsAreFollowedUntilTheEmulatorCloses(t *testing.T) {
	p := startServe(t, "--engine", "sim")
	url := endpoint.FindStringSubmatch(p.ready)[1]
	cmd := command("events", "--follow", "--endpoint", url)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	p.must(err)
	p.must(cmd.Start())
	defer cmd.Process.Kill()

	task := p.run("app")
	_, err = p.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: task.TaskArn})
	p.must(err)
	lines := bufio.NewReader(out)
	var statuses []string
	for !slices.Contains(statuses, "STOPPED") {
		text, err := lines.ReadBytes('\n')
		p.must(err)
		var line struct {
			Event struct{ Detail struct{ LastStatus string } }
		}
		p.must(json.Unmarshal(text, &line))
		statuses = append(statuses, line.Event.Detail.LastStatus)
	}
	if want := []string{"PROVISIONING", "PENDING", "RUNNING", "RUNNING", "DEPROVISIONING", "STOPPED"}; !slices.Equal(statuses, want) {
		t.Errorf("statuses %q", statuses)
	}

	p.must(p.cmd.Process.Signal(os.Interrupt))
	cmd.Wait()
	if stderr.String() != "ecs-emulator: the emulator has closed\n" || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("exit code %d: %q", cmd.ProcessState.ExitCode(), stderr.String())
	}
	if code := p.wait(); code != 0 {
		t.Errorf("the emulator's exit code is %d", code)
	}
}
