// Package appimage makes images of one command of this module, without a registry.
package appimage

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/gobuild"
)

const repository, tag = "ecs-emulator/bench-app", "latest"

// Import builds a command in a folder and imports it as an image of nothing else, in the place of an earlier one.
func Import(ctx context.Context, cli *client.Client, dir, command string) (reference string, err error) {
	version, err := cli.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "app")
	if err := gobuild.Build(ctx, file, "linux", version.Arch, command); err != nil {
		return "", err
	}
	binary, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err = w.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(binary))})
	if err == nil {
		_, err = w.Write(binary)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return "", err
	}
	progress, err := cli.ImageImport(ctx, client.ImageImportSource{Source: &archive, SourceName: "-"}, repository,
		client.ImageImportOptions{Tag: tag, Changes: []string{`ENTRYPOINT ["/app"]`}})
	if err != nil {
		return "", err
	}
	defer func() { _ = progress.Close() }()
	_, err = io.Copy(io.Discard, progress)
	return repository + ":" + tag, err
}

// Remove removes what Import has made.
func Remove(ctx context.Context, cli *client.Client, reference string) error {
	_, err := cli.ImageRemove(ctx, reference, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	return err
}
