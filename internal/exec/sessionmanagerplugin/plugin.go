// Package sessionmanagerplugin gives tests and measurements the real session-manager-plugin of AWS, which the AWS CLI
// starts for `aws ecs execute-command` and `aws ssm start-session`.
//
//	cmd := sessionmanagerplugin.Command(t, session, endpoint)
//
// It is built from the module proxy, at the version in testdata/sessionmanagerplugin, and kept in
// Go's build cache. One that cannot be built fails the test.
package sessionmanagerplugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// Name is the program's, by which the AWS CLI finds it.
const Name = "session-manager-plugin"

// Folder returns a folder that has the plugin by its name alone, to be put on the PATH of the AWS
// CLI. Tests that need it are left to `make test-all`.
func Folder(tb testing.TB) string {
	tb.Helper()
	testall.Only(tb, "tests of AWS's session-manager-plugin")
	built, err := Program()
	if err != nil {
		tb.Fatal(err)
	}
	folder := tb.TempDir()
	if err := os.Symlink(built, filepath.Join(folder, Name)); err != nil {
		tb.Fatal(err)
	}
	return folder
}

// Session is what ExecuteCommand and StartSession answer.
type Session struct {
	SessionID  string `json:"SessionId"`
	StreamURL  string `json:"StreamUrl"`
	TokenValue string
}

// Command returns the plugin as the AWS CLI starts it, with credentials and no home. The endpoint is
// where it resumes and ends the session. Source: spec/runtime.md G.3.
func Command(tb testing.TB, session Session, endpoint string) *exec.Cmd {
	tb.Helper()
	cmd, err := session.Command(filepath.Join(Folder(tb), Name), tb.TempDir(), endpoint)
	if err != nil {
		tb.Fatal(err)
	}
	return cmd
}

// Command returns the program as the AWS CLI starts it, for those that are no tests, with a home of its own.
func (s Session) Command(program, home, endpoint string) (*exec.Cmd, error) {
	response, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, string(response), "us-east-1", "StartSession", "", `{"Target":"ecs:c_t_r"}`, endpoint)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true",
	}
	return cmd, nil
}

// Program builds the plugin if Go's cache has it not, and returns its path there.
func Program() (string, error) { return program() }

var program = sync.OnceValues(func() (string, error) {
	root, err := goCommand(".", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	path, err := goCommand(filepath.Join(filepath.Dir(root), "testdata", "sessionmanagerplugin"), "tool", "-n", "sessionmanagerplugin-main")
	if err != nil {
		return "", fmt.Errorf("build %s: %w", Name, err)
	}
	return path, nil
})

func goCommand(folder string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath")
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", fmt.Errorf("go %s: %w: %s", args[0], err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
