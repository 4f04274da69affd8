// Package appimage makes images of one command of this module, without a registry.
package appimage

import (
	"context"
	"io"

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
	archive, err := gobuild.Root(ctx, dir, version.Arch, command)
	if err != nil {
		return "", err
	}
	progress, err := cli.ImageImport(ctx, client.ImageImportSource{Source: archive, SourceName: "-"}, repository,
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
