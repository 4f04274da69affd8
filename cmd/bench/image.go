package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/gobuild"
	"github.com/moby/moby/client"
)

// appReference names the image of the tasks.
const appReference = "ecs-emulator/bench-app:latest"

// withApp measures with a client of the Docker engine and the image of the tasks, which is
// removed afterwards. If no engine answers, the report says that something is left out.
func (b *bench) withApp(ctx context.Context, measure func(cli *client.Client, image string) error) (err error) {
	cli, err := client.New(client.FromEnv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cli.Close()) }()
	if _, err := cli.Ping(ctx, client.PingOptions{}); err != nil {
		b.report.note("left out: no Docker engine answers: " + err.Error())
		return nil
	}
	image, err := importApp(ctx, b, cli)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeApp(context.WithoutCancel(ctx), cli)) }()
	return measure(cli, image)
}

// importApp builds testdata/app and imports it as an image of nothing else.
func importApp(ctx context.Context, b *bench, cli *client.Client) (string, error) {
	version, err := cli.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return "", err
	}
	file := filepath.Join(b.dir, "app")
	if err := gobuild.Build(ctx, file, "linux", version.Arch, "testdata/app"); err != nil {
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
	progress, err := cli.ImageImport(ctx, client.ImageImportSource{Source: &archive, SourceName: "-"}, "ecs-emulator/bench-app",
		client.ImageImportOptions{Tag: "latest", Changes: []string{`ENTRYPOINT ["/app"]`}})
	if err != nil {
		return "", err
	}
	defer func() { _ = progress.Close() }()
	_, err = io.Copy(io.Discard, progress)
	return appReference, err
}

func removeApp(ctx context.Context, cli *client.Client) error {
	_, err := cli.ImageRemove(ctx, appReference, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	return err
}
