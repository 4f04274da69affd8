package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// examination is what `ecs-emulator doctor --json` has found.
type examination struct {
	*testing.T
	diagnosis.Report
	code int
}

// examine runs the command with further variables.
func examine(t *testing.T, variables []string, args ...string) examination {
	t.Helper()
	return examineBy(t, command(append([]string{"doctor", "--json"}, args...)...), variables)
}

func examineBy(t *testing.T, cmd *exec.Cmd, variables []string) examination {
	t.Helper()
	cmd.Env = append(cmd.Env, append([]string{"AWS_CA_BUNDLE=", "HTTP_PROXY=", "http_proxy="}, variables...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	found := examination{T: t}
	if wrong := json.Unmarshal(output, &found.Report); wrong != nil || stderr.Len() > 0 {
		t.Fatalf("doctor: %v, %v: %s%s", err, wrong, output, &stderr)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		found.code = exit.ExitCode()
	}
	return found
}

// has demands of a check its status, and words of its text and of its next step.
func (e examination) has(name string, status diagnosis.Status, text, next string) {
	e.Helper()
	c, found := e.Find(name)
	if !found || c.Status != status || !strings.Contains(c.Text, text) || !strings.Contains(c.Next, next) {
		e.Errorf("%s is %+v; want %s with %q and %q", name, c, status, text, next)
	}
	if want := map[diagnosis.Status]int{diagnosis.OK: 0, diagnosis.Degraded: 3, diagnosis.Broken: 1}[e.Status]; e.code != want {
		e.Errorf("exit code %d of %s", e.code, e.Status)
	}
}

// The broken set-ups that need no Docker engine.

func TestDoctorWithoutASocket(t *testing.T) {
	t.Parallel()
	e := examine(t, nil, "--engine", "unix://"+filepath.Join(t.TempDir(), "docker.sock"))
	e.has("engine", diagnosis.Broken, "there is no such socket", "start Docker")
	e.has("sandbox", diagnosis.Degraded, "not checked: the engine does not answer", "")
	auto := examine(t, []string{"DOCKER_HOST=unix:///nowhere/docker.sock"}, "--engine", "auto")
	auto.has("engine", diagnosis.Degraded, "with --engine auto containers are simulated", "start Docker")
}

func TestDoctorAtASocketThatRefuses(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("it has other sockets")
	}
	at := filepath.Join(t.TempDir(), "docker.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	listener.Close()
	examine(t, nil, "--engine", "unix://"+at).has("engine", diagnosis.Broken, "the connection is refused", "start Docker")
}

// An engine takes connections and never answers: all that is not its own is checked all the same, and soon.
func TestDoctorOfAnEngineThatHangs(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	began := time.Now()
	e := examine(t, nil, "--engine", "tcp://"+listener.Addr().String(), "--listen", "127.0.0.1:0")
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %s", took)
	}
	e.has("engine", diagnosis.Broken, "does not answer in time: it hangs, or it is not reached", "restart Docker")
	e.has("ports", diagnosis.OK, "is free", "")
	e.has("environment", diagnosis.OK, "", "")
}

// A password in a URL is no name, so it is not told: of an endpoint that answers, of one that does not, and of one that is none.
func TestDoctorTellsNoPassword(t *testing.T) {
	t.Parallel()
	serve := startServe(t, "--engine", "sim")
	_, at, _ := strings.Cut(endpoint.FindStringSubmatch(serve.ready)[1], "//")
	for _, url := range []string{"http://me:hunter2@" + at, "http://me:hunter2@127.0.0.1:1", "http://me:hunter2@%zz", "http://me:hunter2@a b", "http://me:hunter2/x@127.0.0.1:1", "me:hunter2@127.0.0.1:1"} {
		e := examine(t, []string{"AWS_ENDPOINT_URL=" + url}, "--engine", "sim", "--listen", "127.0.0.1:0")
		for _, c := range e.Checks {
			if strings.Contains(c.Text+c.Next, "hunter2") {
				t.Errorf("%s: %+v", url, c)
			}
		}
	}
}

// dockerThatSays is engineThatSays with a version of its API.
func dockerThatSays(t *testing.T, version string, answers map[string]string) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", version)
		path := r.URL.Path[strings.LastIndex(r.URL.Path, "/v1.")+1:]
		_, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if r.URL.Path == "/_ping" {
			path = "_ping"
		}
		answer, known := answers[path]
		if !known {
			w.WriteHeader(http.StatusNotFound)
			answer = `{"message":"not expected"}`
		}
		io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http", "tcp", 1)
}

// healthyAnswers are an engine's answers by path, of which some are others.
func healthyAnswers(others map[string]string) map[string]string {
	answers := map[string]string{
		"_ping": "OK", "containers/json": `[]`, "volumes": `{}`, "networks": `[]`, "networks/bridge": `{"Name":"bridge"}`,
		"info": fmt.Sprintf(`{"ServerVersion":"20.10.24","OSType":"linux","Driver":"overlay2","DockerRootDir":"/var/lib/docker","CgroupVersion":"1","CgroupDriver":"cgroupfs",
			"MemoryLimit":true,"SwapLimit":true,"CpuCfsQuota":true,"Plugins":{"Log":["fluentd"]},"SystemTime":%q}`, time.Now().Format(time.RFC3339Nano)),
	}
	maps.Copy(answers, others)
	return answers
}

func TestDoctorOfAnEngineThatIsTooOld(t *testing.T) {
	t.Parallel()
	engine := dockerThatSays(t, "1.24", healthyAnswers(nil))
	examine(t, nil, "--engine", engine).has("engine", diagnosis.Broken, "speaks API 1.24, which is too old", "Docker 20.10 or later")
}

func TestDoctorWhereANetworkHasTheRange(t *testing.T) {
	t.Parallel()
	engine := dockerThatSays(t, "1.41", healthyAnswers(map[string]string{"networks": `[{"Name":"shop_default","IPAM":{"Config":[{"Subnet":"172.31.0.0/20"}]}}]`}))
	e := examine(t, nil, "--engine", engine)
	e.has("engine", diagnosis.OK, "docker 20.10.24", "")
	e.has("ranges", diagnosis.Degraded, "network shop_default has 172.31.0.0/20: the default VPC has another range than on AWS, 172.30.0.0/16", "")
	examine(t, nil, "--engine", engine, "--vpc-cidr", "172.31.0.0/16").has("ranges", diagnosis.Broken, "overlaps 172.31.0.0/20", "--vpc-cidr")
}

func TestDoctorOfAnEngineWhoseClockIsOff(t *testing.T) {
	t.Parallel()
	engine := dockerThatSays(t, "1.41", healthyAnswers(map[string]string{"info": `{"ServerVersion":"20.10.24","OSType":"linux","SystemTime":"` + time.Now().Add(-time.Hour).Format(time.RFC3339Nano) + `"}`}))
	examine(t, nil, "--engine", engine).has("clock", diagnosis.Degraded, "1h0m0s behind this machine's", "set the clock")
}

func TestDoctorOfAnEngineWithLeftovers(t *testing.T) {
	t.Parallel()
	engine := dockerThatSays(t, "1.41", healthyAnswers(map[string]string{
		"containers/json": `[{"Id":"c","State":"exited","Labels":{"ecs-emulator.kind":"container","ecs-emulator.owner":"gone"}}]`,
	}))
	examine(t, nil, "--engine", engine).has("leftovers", diagnosis.Degraded, "owner gone is dead and has 1 container", "doctor --fix")
}

func TestDoctorWhereAPortIsTaken(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	who := "another program"
	if runtime.GOOS == "linux" {
		who = fmt.Sprintf("(process %d)", os.Getpid())
	}
	e := examine(t, nil, "--engine", "sim", "--listen", strings.TrimPrefix(server.URL, "http://"), "--endpoint", server.URL)
	e.has("ports", diagnosis.Broken, who+" has it", "--listen")
	e.has("endpoint", diagnosis.Broken, "another program than an emulator answers", "--endpoint")
	e.has("sandbox", diagnosis.OK, "does not apply: containers are simulated", "")
}

func TestDoctorOfAnEnvironmentThatKeepsClientsAway(t *testing.T) {
	t.Parallel()
	e := examine(t, []string{
		"AWS_CA_BUNDLE=/nowhere/bundle.pem", "HTTP_PROXY=http://user:hunter2@proxy.corp:3128", "NO_PROXY=corp", "no_proxy=corp", "AWS_ACCESS_KEY_ID=AKIAQWERTYUIOPASDFGH", "AWS_PROFILE=",
	}, "--engine", "sim")
	e.has("environment", diagnosis.Broken, "AWS_CA_BUNDLE names a file that does not exist", "unset AWS_CA_BUNDLE")
	e.has("environment", diagnosis.Broken, "HTTP_PROXY without 127.0.0.1 in NO_PROXY", "export NO_PROXY=127.0.0.1,localhost")
	e.has("environment", diagnosis.Broken, "the keys in AWS_ACCESS_KEY_ID may be of a real account", "ecs-emulator env")
	for _, c := range e.Checks {
		for _, value := range []string{"hunter2", "AKIAQWERTYUIOPASDFGH", "/nowhere/bundle.pem"} {
			if strings.Contains(c.Text+c.Next, value) {
				t.Errorf("%s tells a value: %+v", c.Name, c)
			}
		}
	}
}

// A command that is told of no emulator, and one that is.
func TestDoctorBesideAnEmulator(t *testing.T) {
	t.Parallel()
	url := endpoint.FindStringSubmatch(startServe(t, "--engine", "sim").ready)[1]
	listen := strings.TrimPrefix(url, "http://")
	e := examine(t, []string{"AWS_ENDPOINT_URL=" + url}, "--engine", "sim", "--listen", listen)
	e.has("endpoint", diagnosis.OK, "answers at "+url+", engine sim", "")
	e.has("ports", diagnosis.OK, "answers at "+listen, "")
	e.has("environment", diagnosis.OK, "AWS_ENDPOINT_URL: clients are led to "+url, "")
	gone := examine(t, nil, "--engine", "sim", "--endpoint", "http://127.0.0.1:1")
	gone.has("endpoint", diagnosis.Degraded, "no emulator answers at http://127.0.0.1:1", "ecs-emulator serve")
}

// TestDoctorAsText runs what docs/guide/doctor.md has: bin/ecs-emulator doctor
func TestDoctorAsText(t *testing.T) {
	t.Setenv("AWS_CA_BUNDLE", "")
	var stdout, stderr strings.Builder
	code := run([]string{"doctor", "--engine", "unix:///nowhere/docker.sock"}, &stdout, &stderr)
	const want = "broken    engine       no Docker engine is at unix:///nowhere/docker.sock: there is no such socket\n" +
		"                       next: start Docker, or name another engine with --engine; serve --engine sim needs none\n" +
		"degraded  cgroup       not checked: the engine does not answer\n"
	if !strings.HasPrefix(stdout.String(), want) || code != 1 || stderr.Len() > 0 || !strings.Contains(stdout.String(), "\nbroken: something has to be done first (engine") {
		t.Errorf("ends with %d: %s%s", code, &stdout, &stderr)
	}
}

func TestDoctorRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"doctor --fix":          "ecs-emulator doctor: --fix asks before it removes anything, and needs a terminal; 'ecs-emulator prune --dead' removes the same without asking",
		"doctor --fix --json":   "ecs-emulator doctor: --fix asks, and --json prints only what is found",
		"doctor all":            `ecs-emulator doctor: unexpected argument "all"`,
		"doctor --vpc-cidr ten": `ecs-emulator doctor: invalid value "ten" for flag --vpc-cidr: netip.ParsePrefix("ten"): no '/'`,
	} {
		var stdout, stderr strings.Builder
		if code := run(strings.Fields(line), &stdout, &stderr); code != 2 || stdout.Len() > 0 || stderr.String() != want+"\n" {
			t.Errorf("%s ends with %d: %q, %q", line, code, &stdout, &stderr)
		}
	}
	var stdout, stderr strings.Builder
	if code := run([]string{"doctor", "--engine", "podman"}, &stdout, &stderr); code != 1 || !strings.Contains(stderr.String(), `engine "podman" is none of`) {
		t.Errorf("ends with %d: %q, %q", code, &stdout, &stderr)
	}
}
