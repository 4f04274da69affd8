package terraform

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// reattachEnv tells Terraform where a provider listens that it is not to start itself.
// Source: Terraform documentation, plugin development, debugging providers.
const reattachEnv = "TF_REATTACH_PROVIDERS"

// attach starts the provider once for all that Terraform is to do in this project. By itself Terraform starts it
// two to four times in each call, and reads its schema as often, which takes most of the time of a call.
//
// A provider that runs on has one configuration at a time: what names several, by aliases, cannot be attached.
func (p *project) attach() {
	p.Helper()
	found, err := filepath.Glob(filepath.Join(p.dir, ".terraform", "providers", filepath.FromSlash(providerPath), "*", "*", "terraform-provider-aws*"))
	if err != nil || len(found) == 0 {
		p.Fatalf("terraform init installed no provider: %v", err)
	}
	cmd := exec.CommandContext(p.Context(), found[0], "-debug")
	cmd.Dir, cmd.Env = p.dir, p.env
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(os.Interrupt) }, 10*time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, where, is := strings.Cut(lines.Text(), reattachEnv+"='"); is {
			p.env = append(p.env, reattachEnv+"="+strings.TrimSuffix(where, "'"))
			read := make(chan struct{})
			go func() { _, _ = io.Copy(io.Discard, out); close(read) }()
			p.Cleanup(func() { <-read; _ = cmd.Wait() }) // after the test's context, which interrupts it
			return
		}
	}
	p.Fatalf("%s -debug does not say where it listens: %v", filepath.Base(found[0]), cmd.Wait())
}
