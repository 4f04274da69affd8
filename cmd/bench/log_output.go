package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/outputload"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Rows of measureLogOutput, and how many lines a container writes.
const (
	frameRow    = "lines/s of the engine's frames into the store"
	writerRow   = "  of a container on Docker"
	outputLines = 200_000
)

// measureLogOutput is how fast the output of one container gets into the store: from frames in
// memory, and on Docker, beside how fast the engine gives it to who does nothing else with it.
func measureLogOutput(ctx context.Context, b *bench) error {
	if b.wanted("logs/" + frameRow) {
		frames := outputload.NewFrames(outputLines)
		var rates []float64
		for i := range b.rounds {
			engine := outputload.NewEngine(frames)
			options := emulator.Options{Backend: engine, DataDir: filepath.Join(b.dir, fmt.Sprintf("frames-%d", i))}
			_, ended, err := outputTimes(ctx, options, "app", "sleep", "1h")
			if err != nil {
				return err
			}
			rates = append(rates, outputLines/ended.Sub(engine.Began()).Seconds())
		}
		b.report.add(row{name: frameRow, figure: fmt.Sprintf("%.0f", median(rates)), held: median(rates), goal: goal{limit: 50_000, atLeast: true, unit: "/s"}})
	}
	if !b.wanted("logs/" + writerRow) {
		return nil
	}
	return b.withApp(ctx, func(cli *client.Client, image string) error { return b.measureWriter(ctx, cli, image) })
}

func (b *bench) measureWriter(ctx context.Context, cli *client.Client, image string) error {
	command := []string{"print", fmt.Sprint(outputLines), "1e9", "100"}
	var own, read, written []float64
	for i := range b.rounds {
		options := emulator.Options{Engine: cli.DaemonHost(), DataDir: filepath.Join(b.dir, fmt.Sprintf("writer-%d", i))}
		began, ended, err := outputTimes(ctx, options, image, command...)
		if err != nil {
			return err
		}
		bareWritten, bareRead, err := bareWriter(ctx, cli, image, command)
		if err != nil {
			return err
		}
		own, written, read = append(own, outputLines/ended.Sub(began).Seconds()), append(written, bareWritten), append(read, bareRead)
	}
	b.report.add(row{
		name: writerRow, figure: fmt.Sprintf("%.0f", median(own)), reference: fmt.Sprintf("%.0f", median(read)), ratio: median(own) / median(read),
	})
	b.report.note(fmt.Sprintf("  the engine takes %.0f/s from one that only writes", median(written)))
	return nil
}

// outputTimes runs a task whose container writes the lines, and returns when the first was
// written, and when the last one was in.
func outputTimes(ctx context.Context, options emulator.Options, image string, command ...string) (began, ended time.Time, err error) {
	defer func() { err = errors.Join(err, os.RemoveAll(options.DataDir)) }()
	options.OnExit = emulator.Remove
	srv, err := emulator.New(options)
	if err != nil {
		return began, ended, err
	}
	defer func() { err = errors.Join(err, srv.Close()) }()
	c, err := rawhttp.Connect(ctx, strings.TrimPrefix(srv.URL(), "http://"))
	if err != nil {
		return began, ended, err
	}
	defer c.Close()
	network, err := networkOf(c)
	if err != nil {
		return began, ended, err
	}
	definition := plainTaskDefinition(image, command...)
	definition["executionRoleArn"] = "arn:aws:iam::000000000000:role/ecsTaskExecutionRole"
	definition["containerDefinitions"].([]any)[0].(map[string]any)["logConfiguration"] = map[string]any{
		"logDriver": "awslogs", "options": map[string]string{
			"awslogs-group": logGroup, "awslogs-create-group": "true", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web",
		},
	}
	if err := c.Call("RegisterTaskDefinition", definition, nil); err != nil {
		return began, ended, err
	}
	var made taskList
	if err := c.Call("RunTask", runTaskInput(1, network), &made); err != nil {
		return began, ended, err
	}
	arn := made.Tasks[0].TaskARN
	stream := "web/" + appName + arn[strings.LastIndex(arn, "/"):]
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for ; ended.IsZero(); time.Sleep(2 * time.Millisecond) {
		last, _, err := oneEvent(srv.URL(), stream, false)
		if err != nil || ctx.Err() != nil {
			return began, ended, errors.Join(err, ctx.Err())
		}
		if strings.TrimSpace(last) == outputload.Line(outputLines) {
			ended = time.Now()
		}
	}
	_, began, err = oneEvent(srv.URL(), stream, true)
	return began, ended, err
}

// oneEvent is the first event of a stream, or the last one, or none if there is none yet.
func oneEvent(url, stream string, first bool) (message string, at time.Time, err error) {
	text, err := getLogEvents(url, fmt.Sprintf(`{"logGroupName":%q,"logStreamName":%q,"limit":1,"startFromHead":%t}`, logGroup, stream, first))
	if err != nil {
		return "", at, err
	}
	var page struct {
		Events []struct {
			Message   string
			Timestamp int64
		}
	}
	if err := json.Unmarshal(text, &page); err != nil || len(page.Events) == 0 {
		return "", at, err
	}
	return page.Events[0].Message, time.UnixMilli(page.Events[0].Timestamp), nil
}

// bareWriter is how many lines in a second the engine takes from a container, by its own clock,
// and how many it gives then to a client that reads them.
func bareWriter(ctx context.Context, cli *client.Client, image string, command []string) (written, read float64, err error) {
	made, err := cli.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config:     &container.Config{Image: image, Cmd: command, Labels: map[string]string{benchLabel: "writer"}},
		HostConfig: &container.HostConfig{NetworkMode: "none"},
		Name:       "bench-" + rand.Text(),
	})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, remove(context.WithoutCancel(ctx), cli, made.ID)) }()
	over := cli.ContainerWait(ctx, made.ID, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
	if _, err := cli.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
		return 0, 0, err
	}
	select {
	case <-over.Result:
	case err := <-over.Error:
		return 0, 0, err
	}
	began := time.Now()
	log, err := cli.ContainerLogs(ctx, made.ID, client.ContainerLogsOptions{ShowStdout: true, Timestamps: true})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	var first, last time.Time
	failedWrite, err := docker.CopyLines(log, false, func(at time.Time, _ bool, _ string) error {
		if first.IsZero() {
			first = at
		}
		last = at
		return nil
	})
	return outputLines / last.Sub(first).Seconds(), outputLines / time.Since(began).Seconds(), errors.Join(failedWrite, err)
}
