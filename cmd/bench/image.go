package main

import (
	"context"
	"errors"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/appimage"
)

// withApp measures with tasks of testdata/app: see withImage.
func (b *bench) withApp(ctx context.Context, measure func(cli *client.Client, image string) error) error {
	return b.withImage(ctx, "testdata/app", measure)
}

// withImage measures with a client of the Docker engine and the image of the tasks, a command of this module, which is
// removed afterwards. If no engine answers, the report says that something is left out.
func (b *bench) withImage(ctx context.Context, command string, measure func(cli *client.Client, image string) error) (err error) {
	cli, err := client.New(client.FromEnv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cli.Close()) }()
	if _, err := cli.Ping(ctx, client.PingOptions{}); err != nil {
		b.report.note("left out: no Docker engine answers: " + err.Error())
		return nil
	}
	image, err := appimage.Import(ctx, cli, b.dir, command)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, appimage.Remove(context.WithoutCancel(ctx), cli, image)) }()
	return measure(cli, image)
}
