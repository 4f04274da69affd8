package main

import (
	"context"
	"errors"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/appimage"
)

// withApp measures with a client of the Docker engine and the image of the tasks, testdata/app, which is removed
// afterwards. If no engine answers, the report says of each of the rows that it is left out.
func (b *bench) withApp(ctx context.Context, rows []string, measure func(cli *client.Client, image string) error) (err error) {
	cli, err := client.New(client.FromEnv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cli.Close()) }()
	if _, err := cli.Ping(ctx, client.PingOptions{}); err != nil {
		for _, name := range rows {
			b.report.leaveOut(name, "no Docker engine answers: "+err.Error())
		}
		return nil
	}
	image, err := appimage.Import(ctx, cli, b.dir, "testdata/app")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, appimage.Remove(context.WithoutCancel(ctx), cli, image)) }()
	return measure(cli, image)
}
