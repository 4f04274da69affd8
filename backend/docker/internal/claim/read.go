package claim

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// path is where the program of a sandbox keeps its claim; see its file claim.go.
const path = "/claim"

// longest bounds what is read of a claim, in bytes.
const longest = 1 << 10

// patience is for how long the engine may take to show one file, among others.
const patience = 5 * time.Second

// read returns the name by which a sandbox is claimed; empty is none. The engine shows the file in 3 ms, also of a
// sandbox that is stopped or paused, whose program does not answer.
func read(ctx context.Context, cli dockerapi.Client, id string) (name string, err error) {
	shown, err := cli.CopyFromContainer(ctx, id, client.CopyFromContainerOptions{SourcePath: path})
	if err != nil && dockerapi.Lost(err) && ctx.Err() == nil { // one connection may break while the engine goes on
		shown, err = cli.CopyFromContainer(ctx, id, client.CopyFromContainerOptions{SourcePath: path})
	}
	if cerrdefs.IsNotFound(err) { // the file, or the sandbox
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = shown.Content.Close() }()
	archive := tar.NewReader(shown.Content)
	if _, err = archive.Next(); err != nil {
		return "", fmt.Errorf("read the claim of %s: %w", id, err)
	}
	text, err := io.ReadAll(io.LimitReader(archive, longest))
	if err != nil {
		return "", fmt.Errorf("read the claim of %s: %w", id, err)
	}
	return string(text), nil
}
