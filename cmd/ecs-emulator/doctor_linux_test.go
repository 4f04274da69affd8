package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

func TestDoctorAtASocketOfOthers(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can act as another user")
	}
	dir, err := os.MkdirTemp("", "ecs-emulator-doctor")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	at := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", at)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for path, mode := range map[string]os.FileMode{dir: 0o755, at: 0o600} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	cmd := command("doctor", "--json", "--engine", "unix://"+at)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cmd.Path, cmd.Dir = copyOfThis(t), "/"
	examineBy(t, cmd, nil).has("engine", diagnosis.Broken, "permission denied on unix://"+at, "usermod -aG docker")
}

func TestDoctorOnAFullDisk(t *testing.T) {
	t.Parallel()
	at := t.TempDir()
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(at, 0) })
	e := examine(t, []string{"TMPDIR=" + at}, "--engine", "sim", "--data-dir", filepath.Join(at, "data"))
	e.has("disk", diagnosis.Broken, fmt.Sprintf("the data directory (%s/data): 1.0 MiB of 1.0 MiB are free", at), "make room at "+at)
	e.has("disk", diagnosis.Broken, fmt.Sprintf("temporary files (%s): 1.0 MiB", at), "")
}

// On a terminal the texts are broken between words, and --fix asks.
func TestDoctorAsksBeforeItRemoves(t *testing.T) {
	t.Parallel()
	engine := engineThatSays(t, healthyAnswers(map[string]string{
		"networks": `[{"Id":"vpc","Name":"vpc","Labels":{"ecs-emulator.kind":"network","ecs-emulator.owner":"gone"}}]`,
	}))
	// This engine keeps its network.
	for answer, want := range map[string]string{"n\n": "nothing was removed\n", "\n": "nothing was removed\n", "yes\n": "which the engine does not let go of"} {
		s := onTerminal(&process{T: t}, 80, false, "doctor", "--engine", engine, "--fix")
		s.eventually("it asks", func() bool { return strings.Contains(s.text(), "Remove that? [y/N] ") })
		if text := s.text(); !strings.Contains(text, "have on the engine:\n  owner gone: 0 containers, 1 network, 0 volumes\n") {
			t.Errorf("it lists\n%s", text)
		}
		_, err := s.user.WriteString(answer)
		s.must(err)
		s.eventually("it ends", func() bool { return strings.Contains(s.text(), "broken: something") })
		if text := s.text(); !strings.Contains(text, want) {
			t.Errorf("the answer %q has\n%s", answer, text)
		}
		for line := range strings.Lines(s.text()) {
			if len([]rune(strings.TrimRight(line, "\n"))) > 80 && !strings.Contains(line, "removed what") && strings.Contains(line, "  ") {
				t.Errorf("a line is longer than the screen: %q", line)
			}
		}
	}
}

// What dies while the user reads is not what the user has agreed to.
func TestDoctorRemovesOnlyWhatItHasListed(t *testing.T) {
	t.Parallel()
	var listed atomic.Bool
	at := strings.TrimPrefix(dockerThatSays(t, "1.41", healthyAnswers(nil)), "tcp://")
	others := httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", at }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		const network = `{"Id":%[1]q,"Name":%[1]q,"Labels":{"ecs-emulator.kind":"network","ecs-emulator.owner":%[1]q}}`
		switch {
		case path.Base(r.URL.Path) != "networks":
			others.ServeHTTP(w, r)
		case listed.Load():
			fmt.Fprintf(w, "[%s,%s]", fmt.Sprintf(network, "gone"), fmt.Sprintf(network, "later"))
		default:
			fmt.Fprintf(w, "["+network+"]", "gone")
		}
	}))
	t.Cleanup(server.Close)
	s := onTerminal(&process{T: t}, 80, false, "doctor", "--engine", strings.Replace(server.URL, "http", "tcp", 1), "--fix")
	s.eventually("it asks", func() bool { return strings.Contains(s.text(), "Remove that? [y/N] ") })
	listed.Store(true)
	_, err := s.user.WriteString("y\n")
	s.must(err)
	s.eventually("it ends", func() bool { return strings.Contains(s.text(), "broken: something") })
	if text := s.text(); !strings.Contains(text, "removed what gone had") || strings.Contains(text, "removed what later had") {
		t.Errorf("it says\n%s", text)
	}
}

// What --fix removes is on the engine that was examined: the one that the data directory belongs to.
func TestDoctorRepairsTheEngineThatItExamined(t *testing.T) {
	t.Parallel()
	hasOwner := func(id string) string {
		return engineThatSays(t, healthyAnswers(map[string]string{
			"networks": fmt.Sprintf(`[{"Id":"vpc","Name":"vpc","Labels":{"ecs-emulator.kind":"network","ecs-emulator.owner":%q}}]`, id),
		}))
	}
	dir := t.TempDir()
	p := &process{T: t}
	p.must(os.WriteFile(filepath.Join(dir, "engine.json"), fmt.Appendf(nil, `{"kind":"docker","host":%q}`, hasOwner("examined")), 0o600))
	cmd := command("doctor", "--data-dir", dir, "--fix")
	cmd.Env = append(cmd.Env, "TERM=xterm", "NO_COLOR=1", "DOCKER_HOST="+hasOwner("elsewhere"))
	s := startOnTerminal(p, 80, cmd)
	s.eventually("it asks", func() bool { return strings.Contains(s.text(), "Remove that? [y/N] ") })
	if text := s.text(); !strings.Contains(text, "owner examined is dead") || !strings.Contains(text, "have on the engine:\n  owner examined: ") {
		t.Errorf("it lists\n%s", text)
	}
}

// A port of a task has another number, because a process that is no emulator has its own. The emulator that runs the task is asked.
func TestDoctorSaysWhoHasThePortOfATask(t *testing.T) {
	t.Parallel()
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	port := other.Addr().(*net.TCPAddr).Port
	serve := startServe(t, "--engine", "sim")
	url := endpoint.FindStringSubmatch(serve.ready)[1]
	definition, err := serve.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(int32(port))}}}},
	})
	serve.must(err)
	started, err := serve.client.RunTask(t.Context(), &ecs.RunTaskInput{
		TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	serve.must(err)
	serve.until(*started.Tasks[0].TaskArn, "RUNNING")
	want := fmt.Sprintf("(process %d) has port %d", os.Getpid(), port)
	serve.eventually("the port is elsewhere", func() bool {
		c, _ := examine(t, nil, "--engine", "sim", "--endpoint", url).Find("ports")
		return strings.Contains(c.Text, want)
	})
	e := examine(t, nil, "--engine", "sim", "--endpoint", url)
	e.has("ports", diagnosis.Degraded, fmt.Sprintf("port %d of container app of task ", port), fmt.Sprintf("end what has port %d, or use 127.0.0.1:", port))
}
