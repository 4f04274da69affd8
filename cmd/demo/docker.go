package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/gobuild"
)

const (
	image   = "ecs-emulator/demo"
	appPath = "/app" // where the program lies in the image; its entry point

	imageLabel = "ecs-emulator.kind=image"
)

// docker is the user's own docker command.
type docker struct{ version, arch string }

// findDocker returns an error where no engine answers.
func findDocker(ctx context.Context) (*docker, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := (&docker{}).run(ctx, nil, "version", "--format", "{{.Server.Version}} {{.Server.Arch}}")
	if err != nil {
		return nil, err
	}
	d := &docker{}
	if _, err := fmt.Sscan(answer, &d.version, &d.arch); err != nil {
		return nil, fmt.Errorf("docker version says %q", answer)
	}
	return d, nil
}

// run runs a docker command and returns what it prints.
func (*docker) run(ctx context.Context, in io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "docker", args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if reason := strings.TrimSpace(stderr.String()); reason != "" {
			err = errors.New(reason)
		}
		return "", fmt.Errorf("docker %s: %w", args[0], err)
	}
	return strings.TrimSpace(stdout.String()), nil
}

// importImage builds the test application and imports it as the only file of an
// image.
func (d *docker) importImage(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "ecs-emulator-demo")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	archive, err := gobuild.Root(ctx, dir, d.arch, "testdata/app")
	if err != nil {
		return err
	}
	if _, err := d.run(ctx, archive, "import", "--change", `ENTRYPOINT ["`+appPath+`"]`,
		"--change", "LABEL "+imageLabel, "-", image); err != nil {
		return err
	}
	// The image that had the name before has none now.
	_, err = d.run(ctx, nil, "image", "prune", "--force", "--filter", "label="+imageLabel)
	return err
}

// owner is the label by which everything of one emulator is known.
func (d *docker) owner(ctx context.Context, container string) (string, error) {
	owner, err := d.run(ctx, nil, "inspect", "--format", `{{index .Config.Labels "ecs-emulator.owner"}}`, container)
	if err == nil && owner == "" {
		err = fmt.Errorf("container %s has no owner", container)
	}
	return owner, err
}

// of lists the containers and networks of an emulator.
func (d *docker) of(ctx context.Context, owner string) (string, error) {
	filter := "label=ecs-emulator.owner=" + owner
	containers, err := d.run(ctx, nil, "ps", "--all", "--quiet", "--filter", filter)
	if err != nil {
		return "", err
	}
	networks, err := d.run(ctx, nil, "network", "ls", "--quiet", "--filter", filter)
	return strings.TrimSpace(containers + "\n" + networks), err
}
