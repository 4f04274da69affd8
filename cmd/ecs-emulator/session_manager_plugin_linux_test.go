package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

// awsCLI is the AWS CLI on a terminal, with AWS's session-manager-plugin, which it starts.
func (p *process) awsCLI(plugin string, args ...string) *screen {
	p.Helper()
	return startOnTerminal(p, 100, p.awsCommand(plugin, args...))
}

// awsCommand is it without a terminal.
func (p *process) awsCommand(plugin string, args ...string) *exec.Cmd {
	p.Helper()
	return p.withPlugin(plugin, exec.Command("aws", args...))
}

// withPlugin has a command find the emulator and the plugin.
func (p *process) withPlugin(plugin string, cmd *exec.Cmd) *exec.Cmd {
	cmd.Env = append(os.Environ(), "PATH="+plugin+":"+os.Getenv("PATH"), "TERM=xterm",
		"AWS_ENDPOINT_URL="+endpoint.FindStringSubmatch(p.ready)[1], "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=")
	return cmd
}

// pluginOfTheCLI is the folder that has the plugin, where there is the AWS CLI as well.
func pluginOfTheCLI(t *testing.T) (folder string) {
	t.Helper()
	folder = sessionmanagerplugin.Folder(t)
	if _, err := exec.LookPath("aws"); err != nil {
		if os.Getenv("ECS_EMULATOR_REQUIRE_CLI") == "1" {
			t.Fatal("ECS_EMULATOR_REQUIRE_CLI=1, but there is no aws CLI")
		}
		t.Skip("there is no aws CLI")
	}
	return folder
}

// withPluginOn runs a test on some engines, with the folder that has the plugin.
func withPluginOn(t *testing.T, on func(*testing.T, func(p *process, image string)), test func(p *process, plugin, image string)) {
	t.Parallel()
	plugin := pluginOfTheCLI(t)
	on(t, func(p *process, image string) { test(p, plugin, image) })
}

// TestExecuteCommandOfTheCLI is a session of `aws ecs execute-command` as a person has it.
func TestExecuteCommandOfTheCLI(t *testing.T) {
	withPluginOn(t, onEngines, func(p *process, plugin, image string) {
		task := p.runExecutable(image, "app")
		s := p.awsCLI(plugin, "ecs", "execute-command", "--task", task, "--container", "app", "--interactive", "--command", dockertest.AppPath+" sh")
		s.awaits("Starting session with SessionId: ecs-execute-command-")
		s.awaits("# ")
		s.runs("echo one two")
		s.awaits("\none two\n# ")
		s.types("cat\r")
		s.awaits("# cat\n")
		s.types("abc\r")
		s.awaits("abc\nabc\n") // the echo, and cat
		// The key of Ctrl-C alone: the plugin sends keys and signals from two goroutines.
		prompts := strings.Count(s.text(), "# ")
		s.types("\x03")
		s.eventually("cat has ended", func() bool { return strings.Count(s.text(), "# ") > prompts })
		s.types("exit\r")
		s.awaits("Exiting session with sessionId: ecs-execute-command-")
		if err := s.cmd.Wait(); err != nil {
			p.Errorf("it ends with %v:\n%s", err, s.text())
		}
	})
}

// TestExecuteCommandOfTheCLIFindsNoCommand shows what AWS shows. Source: recorded-exec.md X8.
func TestExecuteCommandOfTheCLIFindsNoCommand(t *testing.T) {
	withPluginOn(t, onSim, func(p *process, plugin, image string) {
		task := p.runExecutable(image, "app")
		s := p.awsCLI(plugin, "ecs", "execute-command", "--task", task, "--interactive", "--command", "/missing")
		s.awaits(" : Unable to start command: Failed to start pty: fork/exec /missing: no such file or directory")
		_ = s.cmd.Wait()
	})
}

var waiting = regexp.MustCompile(`Port (\d+) opened for sessionId`)

// forward starts a forwarding of a port of a task's container, and returns where the plugin listens.
func (p *process) forward(plugin, task string, port int) (s *screen, address string) {
	p.Helper()
	of := p.task(task)
	target := "ecs:default_" + task[strings.LastIndex(task, "/")+1:] + "_" + *of.Containers[0].RuntimeId
	s = p.awsCLI(plugin, "ssm", "start-session", "--target", target, "--document-name", "AWS-StartPortForwardingSession",
		"--parameters", fmt.Sprintf("portNumber=%d,localPortNumber=0", port))
	s.awaits("Waiting for connections...")
	return s, "127.0.0.1:" + waiting.FindStringSubmatch(s.text())[1]
}

// get asks a server over a connection of its own; no answer is the empty string.
func get(address string) string {
	client := http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + address)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return string(body)
}

// TestPortForwardingOfTheCLI reaches a server in a container, over several connections at once.
func TestPortForwardingOfTheCLI(t *testing.T) {
	withPluginOn(t, onEngines, func(p *process, plugin, image string) {
		task := p.runExecutableOf(image, []string{"serve", "8080", "hello"}, "app")
		s, address := p.forward(plugin, task, 8080)
		p.eventually("the server answers", func() bool { return get(address) == "hello" })
		answers := make([]string, 8)
		var asking sync.WaitGroup
		for i := range answers {
			asking.Go(func() { answers[i] = get(address) })
		}
		asking.Wait()
		for i, got := range answers {
			if got != "hello" {
				p.Errorf("connection %d is answered %q", i, got)
			}
		}
		s.types("\x03") // the key of Ctrl-C
		s.awaits("Terminate signal received, exiting.")
		_ = s.cmd.Wait()
	})
}

// TestPortForwardingOfTheCLIIsRefused has no server listen on the port: each connection is closed, and the
// session goes on.
func TestPortForwardingOfTheCLIIsRefused(t *testing.T) {
	withPluginOn(t, onSim, func(p *process, plugin, image string) {
		task := p.runExecutableOf(image, []string{"serve", "8080", "hello"}, "app")
		_, address := p.forward(plugin, task, 9090)
		for range 3 {
			conn, err := net.Dial("tcp", address)
			p.must(err)
			p.must(conn.SetDeadline(time.Now().Add(30 * time.Second)))
			if n, err := conn.Read(make([]byte, 1)); n > 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				p.Errorf("a refused port answers %d bytes, %v", n, err)
			}
			p.must(conn.Close())
		}
	})
}
