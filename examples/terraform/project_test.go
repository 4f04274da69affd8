// Package terraform has an example of a module that runs on the emulator, and the
// tests that Terraform finds there what it applied.
package terraform

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// project is a folder with a configuration and its state, and what Terraform needs to
// reach an emulator.
type project struct {
	*testing.T
	dir string
	env []string
}

// newProject copies a configuration to a folder of the test's own.
func newProject(t *testing.T, srv account, files fs.FS) *project {
	t.Helper()
	testall.Only(t, "tests of Terraform")
	provider := requireTerraform(t)
	front := httptest.NewServer(&once{next: srv.Handler()})
	t.Cleanup(front.Close)
	keys, err := srv.keys.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p := &project{T: t, dir: t.TempDir(), env: append(othersEnvironment(),
		"AWS_ENDPOINT_URL="+front.URL, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID="+keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+keys.SecretAccessKey,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_VAR_endpoint="+front.URL,
		// Terraform and the provider, which read a schema at each start, collect garbage in a quarter of their time.
		"GOGC=400", "GOMEMLIMIT=900MiB",
	)}
	if err := os.CopyFS(p.dir, files); err != nil {
		t.Fatal(err)
	}
	if code, text := p.run(append([]string{"init", "-no-color", "-input=false"}, provider...)...); code != 0 {
		t.Fatalf("terraform init: exit status %d:\n%s", code, text)
	}
	return p
}

// othersEnvironment is the environment without what AWS and Terraform read; the user's
// own configuration is kept out, but for where providers come from.
func othersEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, value, _ := strings.Cut(variable, "=")
		if name == configurationEnv {
			_, err := os.Stat(value)
			return err != nil
		}
		return strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "TF_")
	})
}

// forget begins with an empty state.
func (p *project) forget() {
	p.Helper()
	if err := os.Rename(filepath.Join(p.dir, "terraform.tfstate"), filepath.Join(p.dir, "forgotten")); err != nil {
		p.Fatal(err)
	}
}

// run returns the exit status and all output of terraform.
func (p *project) run(args ...string) (int, string) {
	p.Helper()
	cmd := exec.CommandContext(p.Context(), "terraform", args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends the provider
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.Fatalf("terraform %s: %v", args[0], err)
	}
	return cmd.ProcessState.ExitCode(), string(text)
}

// changes is what a plan or an apply is about.
type changes struct {
	Import, Add, Change, Remove int
}

// message is a line of terraform's machine-readable output.
// Source: Terraform documentation, machine-readable UI.
type message struct {
	Type       string `json:"type"`
	Changes    changes
	Diagnostic struct{ Severity, Summary, Detail, Address string }
}

// change runs apply or destroy, and returns what it changed.
func (p *project) change(args ...string) changes {
	p.Helper()
	code, text := p.run(append(args, "-auto-approve", "-json", "-input=false")...)
	var done changes
	var troubles []string
	for line := range strings.Lines(text) {
		var m message
		if json.Unmarshal([]byte(line), &m) != nil {
			troubles = append(troubles, line)
			continue
		}
		switch m.Type {
		case "change_summary":
			done = m.Changes
		case "diagnostic":
			// What comes with a VPC stays when its resource goes, and the provider says so.
			if m.Diagnostic.Severity == "warning" && strings.Contains(m.Diagnostic.Summary, "removing from state") {
				continue
			}
			troubles = append(troubles, strings.Join([]string{m.Diagnostic.Severity, m.Diagnostic.Address, m.Diagnostic.Summary, m.Diagnostic.Detail}, ": "))
		}
	}
	if code != 0 || len(troubles) > 0 {
		p.Fatalf("terraform %s: exit status %d:\n%s", args[0], code, strings.Join(troubles, "\n"))
	}
	return done
}

// settled checks that a plan has nothing to change.
func (p *project) settled(variables ...string) {
	p.Helper()
	args := append([]string{"plan", "-detailed-exitcode", "-no-color", "-input=false"}, variables...)
	if code, text := p.run(args...); code != 0 {
		_, plan, _ := strings.Cut(text, "execution\nplan.")
		p.Fatalf("terraform plan: exit status %d:\n%s", code, plan)
	}
}
