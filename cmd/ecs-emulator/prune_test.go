package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// pruned runs `bin/ecs-emulator prune`.
func pruned(t *testing.T, args ...string) string {
	t.Helper()
	output, err := command(append([]string{"prune"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("prune %v: %v: %s", args, err, output)
	}
	return string(output)
}

// ownerIn is the owner of a data directory.
func ownerIn(t *testing.T, dir string) string {
	t.Helper()
	id, err := os.ReadFile(filepath.Join(dir, docker.OwnerFile))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(id))
}

// row is an owner's line of the table.
func row(t *testing.T, owner string) string {
	t.Helper()
	return regexp.MustCompile(`(?m)^` + owner + ` .*$`).FindString(pruned(t))
}

func TestDockerPrune(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := filepath.Join(t.TempDir(), "data")
	serve := startServe(t, "--engine", "docker", "--data-dir", dir, "--warm-sandboxes", "0") // they would be counted
	task := serve.run(dockertest.Image(t), "serve", "8080")
	owner := ownerIn(t, dir)
	t.Cleanup(func() { command("prune", "--owner", owner, "--force").Run() })
	if got, want := row(t, owner), `^\S+ +live +2 +1 +0 +0 +`+dir+`$`; !regexp.MustCompile(want).MatchString(got) {
		t.Errorf("while it runs: %q", got)
	}
	output, err := command("prune", "--owner", owner, "--dead").CombinedOutput()
	if err == nil || !strings.Contains(string(output), "is an emulator that runs") || strings.Count(string(output), "\n") != 1 {
		t.Errorf("prune of a live owner: %v, %q", err, output)
	}

	serve.must(serve.cmd.Process.Signal(os.Interrupt))
	serve.wait()
	if got, want := row(t, owner), `^\S+ +kept +2 +1 +0 +0 +`+dir+`$`; !regexp.MustCompile(want).MatchString(got) {
		t.Errorf("when it has ended: %q", got)
	}
	pruned(t, "--dead")
	if left := containers(t, task); left != 2 {
		t.Errorf("pruning the dead leaves %d of 2 containers of one that is kept", left)
	}
	if got, want := pruned(t, "--owner", owner), "removed what "+owner+" had (kept): 2 containers, 1 network, 0 volumes\n"; got != want {
		t.Errorf("prints %q; want %q", got, want)
	}
	if left := containers(t, task); left != 0 || row(t, owner) != "" {
		t.Errorf("%d containers left, listed as %q", left, row(t, owner))
	}
}

func TestDockerADataDirectoryWithoutTasksKeepsNothing(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := filepath.Join(t.TempDir(), "data")
	serve := startServe(t, "--engine", "docker", "--data-dir", dir)
	task := serve.run(dockertest.Image(t), "serve", "8080")
	owner := ownerIn(t, dir)
	t.Cleanup(func() { command("prune", "--owner", owner, "--force").Run() })
	_, err := serve.client.StopTask(t.Context(), &ecs.StopTaskInput{Task: task.TaskArn})
	serve.must(err)
	serve.until(*task.TaskArn, "STOPPED")
	serve.must(serve.cmd.Process.Signal(os.Interrupt))
	serve.wait()
	if left := row(t, owner); left != "" {
		t.Errorf("left on the engine: %q", left)
	}
}

func TestDockerPruneRefusals(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	for _, c := range []struct{ args, want string }{
		{"--owner absent", "no owner absent has anything on the engine"},
		{"everything", `unexpected argument "everything"`},
		{"--engine sim", "the simulated engine keeps nothing"},
		{"--engine unix:///nowhere.sock", "is Docker running at unix:///nowhere.sock"},
	} {
		output, err := command(append([]string{"prune"}, strings.Fields(c.args)...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(output), c.want) {
			t.Errorf("prune %s: %v, %q", c.args, err, output)
		}
	}
}

// engineThatRestarted is an engine that ended without notice 38 seconds ago, and with it
// the lifelines of two owners: brief has no data directory, elsewhere one that cannot be
// seen from here. Whether their processes live cannot be known yet. A third, lasting, has ended
// long ago: its directory cannot be seen from here either.
func engineThatRestarted(t *testing.T) (url string) {
	t.Helper()
	ended := `{"State":{"Status":"exited","ExitCode":255,"FinishedAt":"2026-01-02T03:04:26.5Z"},"Config":{}}`
	answers := map[string]string{
		"_ping":    "OK",
		"info":     `{"SystemTime":"2026-01-02T03:05:05Z"}`,
		"networks": `[]`,
		"volumes":  `{}`,
		"containers/json": `[{"Id":"a","State":"exited","Labels":{"ecs-emulator.kind":"lifeline","ecs-emulator.owner":"brief"}},
			{"Id":"b","State":"exited","Labels":{"ecs-emulator.kind":"lifeline","ecs-emulator.owner":"elsewhere",
			"ecs-emulator.directory":"/data","ecs-emulator.machine":"another"}},
			{"Id":"c","State":"exited","Labels":{"ecs-emulator.kind":"container","ecs-emulator.owner":"lasting",
			"ecs-emulator.directory":"/data","ecs-emulator.machine":"another"}}]`,
		"containers/a/json": ended,
		"containers/b/json": ended,
	}
	return engineThatSays(t, answers)
}

// engineThatSays is an engine that answers by path, and removes nothing.
func engineThatSays(t *testing.T, answers map[string]string) (url string) {
	t.Helper()
	version := regexp.MustCompile(`^/(v[0-9.]+/)?`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, known := answers[version.ReplaceAllString(r.URL.Path, "")]
		w.Header().Set("Content-Type", "application/json")
		switch {
		case !known:
			w.WriteHeader(http.StatusNotFound)
			answer = `{"message":"not expected"}`
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusForbidden)
			answer = `{"message":"error while removing network: network vpc id vpc has active endpoints"}`
		}
		io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http", "tcp", 1)
}

// Docker 20.10 loses track of an endpoint now and then, and keeps its network until it is restarted.
func TestPruneSaysWhatTheEngineKeeps(t *testing.T) {
	const network = `{"Id":"vpc","Name":"vpc","Labels":{"ecs-emulator.kind":"network","ecs-emulator.owner":"gone"}}`
	engine := engineThatSays(t, map[string]string{
		"_ping": "OK", "info": `{"SystemTime":"2026-01-02T03:05:05Z"}`, "containers/json": `[]`, "volumes": `{}`, "networks": "[" + network + "]", "networks/vpc": network,
	})
	const want = "removed what gone had (dead): 0 containers, 0 networks, 0 volumes\n" +
		"left of it: 0 containers, 1 network, 0 volumes, which the engine does not let go of; a restart of the engine may help\n"
	for _, args := range []string{"--dead", "--owner gone"} {
		var output strings.Builder
		run(append([]string{"prune", "--engine", engine}, strings.Fields(args)...), &output, &output)
		if output.String() != want {
			t.Errorf("prune %s prints\n%s\nwant\n%s", args, &output, want)
		}
	}
}

func TestPruneSaysWhatIsNotCertain(t *testing.T) {
	engine := engineThatRestarted(t)
	const unsure = "lasting: from here its directory cannot be seen for certain; if you need it no more, ecs-emulator prune --owner lasting removes what it has\n"
	const because = ": it ended or was cut off 38s ago; in case it connects again, it counts as live for another 22s, then as "
	for _, c := range []struct{ args, want string }{
		{"", "OWNER      STATE    CONTAINERS  NETWORKS  VOLUMES  SHARED  DIRECTORY\n" +
			"brief      live     0           0         0        0       -\n" +
			"elsewhere  live     0           0         0        0       /data\n" +
			"lasting    unknown  1           0         0        0       /data\n" +
			"brief" + because + "dead\n" +
			"elsewhere" + because + "unknown\n" + unsure},
		{"--dead", "no dead owner has anything on the engine\nbrief" + because + "dead\n" + unsure},
		{"--owner brief", "ecs-emulator: owner brief may be an emulator that runs" + because + "dead; before that, only force removes what it has\n"},
	} {
		var output strings.Builder
		run(append([]string{"prune", "--engine", engine}, strings.Fields(c.args)...), &output, &output)
		if output.String() != c.want {
			t.Errorf("prune %s prints\n%s\nwant\n%s", c.args, &output, c.want)
		}
	}
}

// A run that was to leave nothing is killed; the next one with its directory keeps
// its tasks; a third emulator must not take the network away from under them.
func TestDockerNetworkOfAKilledRunStaysWithItsDirectory(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	networks := func() int {
		found, err := dockertest.Client(t).NetworkList(t.Context(), client.NetworkListOptions{
			Filters: make(client.Filters).Add("label", "ecs-emulator.owner="+ownerIn(t, dir)),
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(found.Items)
	}
	first := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	task := first.run(dockertest.Image(t), "serve", "8080")
	first.kill()
	second := startServe(t, "--engine", "docker", "--data-dir", dir)
	t.Cleanup(func() { command("prune", "--owner", ownerIn(t, dir), "--force").Run() })
	second.until(*task.TaskArn, "RUNNING")
	second.run(dockertest.Image(t), "serve", "8080")

	sweeper := dockertest.Engine(t)
	sweep := func() {
		if _, err := sweeper.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sweep()
	if networks() != 1 || containers(t, task) != 2 {
		t.Errorf("while the second runs: %d networks, %d containers of the first", networks(), containers(t, task))
	}
	second.must(second.cmd.Process.Signal(os.Interrupt))
	second.wait()
	sweep()
	if networks() != 1 || containers(t, task) != 2 {
		t.Errorf("after the second has ended: %d networks, %d containers of the first", networks(), containers(t, task))
	}
	if err := os.Remove(filepath.Join(dir, docker.OwnerFile)); err != nil {
		t.Fatal(err)
	}
	third := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove", "--new-engine")
	sweep()
	if left := containers(t, task); left != 0 {
		t.Errorf("%d containers left of an owner whose directory is another's", left)
	}
	third.must(third.cmd.Process.Signal(os.Interrupt))
	third.wait()
}
