package action_test

import (
	"maps"
	"os/exec"
	"strings"
	"testing"
)

// pipeline is what these tests know of a .gitlab-ci.yml with one job.
type pipeline struct {
	Test struct {
		Services []struct {
			Name, Alias string
			Command     []string
			Variables   map[string]string
		}
		Variables    map[string]string
		BeforeScript []string `yaml:"before_script"`
		Script       []string
	}
}

// TestExamplePipeline runs the job of examples/gitlab. In place of the service container runs the
// program that is the image's, with the container's command.
func TestExamplePipeline(t *testing.T) {
	requireBash(t)
	requireCLI(t)
	t.Parallel()
	job := read[pipeline](t, "../examples/gitlab/.gitlab-ci.yml").Test
	if len(job.Services) != 1 || len(job.Script) == 0 {
		t.Fatalf("the job is %+v, want one service and a script", job)
	}
	service := job.Services[0]
	if want := "http://" + service.Alias + ":" + service.Variables["HEALTHCHECK_TCP_PORT"]; job.Variables["AWS_ENDPOINT_URL"] != want {
		t.Errorf("the endpoint is %s, want %s", job.Variables["AWS_ENDPOINT_URL"], want)
	}

	r := newRunner(t)
	maps.Copy(r.env, job.Variables)
	address := "127.0.0.1:" + freePort(t)
	r.env["AWS_ENDPOINT_URL"] = "http://" + address
	server := exec.Command(program, append(service.Command, "--listen", address)...)
	server.Env = []string{"HOME=" + t.TempDir()}
	for name, value := range job.Variables {
		server.Env = append(server.Env, name+"="+value)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	for _, lines := range [][]string{job.BeforeScript, job.Script} {
		if len(lines) == 0 {
			t.Error("a script of the job is empty")
		}
		if _, _, err := r.run(strings.Join(lines, "\n"), nil); err != nil {
			t.Fatal(err)
		}
	}
}
